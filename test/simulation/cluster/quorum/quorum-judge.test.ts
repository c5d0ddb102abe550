import { beforeEach, expect, test } from 'vitest';
import type { Intent } from '../../intent-ledger.ts';
import { type EtcdCluster, type EtcdMember, newCluster } from './etcd-cluster.ts';
import type { EtcdMachine } from './etcd-machine.ts';
import { EtcdMembers, type EtcdState } from './etcd-members.ts';
import { QuorumJudge } from './quorum-judge.ts';

const NODES = ['converged-1', 'converged-2', 'converged-3'];
const NOW_MS = 100_000;

let state: EtcdState;
let cluster: EtcdCluster;
let reported: string[];
let judge: QuorumJudge;
let members: EtcdMembers;

beforeEach(() => {
  cluster = newCluster('token', NODES.map((node) => `${node}=https://${node}:2380`).join(','));
  cluster.isInUse = true;
  cluster.wasFormed = true;
  state = {
    machines: new Map(),
    clusters: [cluster],
    board: new Map(NODES.map((node) => [node, `box-of-${node}`])),
    seats: NODES,
  };
  for (const member of cluster.members) {
    member.box = machineOf(member.node).box;
    member.remembers = true;
  }
  reported = [];
  const ledger = { intents: INTENTS, purpose: 'apply' };
  judge = new QuorumJudge({ state, ledger, nowMs: () => NOW_MS, report: (one) => reported.push(one) });
  members = new EtcdMembers({ state, nowMs: () => NOW_MS, watch: judge, learnsInMs: () => 0 });
});

function machineOf(node: string, box = `box-of-${node}`): EtcdMachine {
  const machine: EtcdMachine = {
    box,
    node,
    token: 'token',
    peers: '',
    arrivesAtMs: 0,
    reportsSeatAtMs: 0,
    neverDoes: undefined,
    diesAtMs: Infinity,
    doing: 'votes',
    mayFound: false,
    isKnown: true,
    isEnded: false,
    isAskedToLeave: false,
    hasNothingToLose: false,
    outUntilMs: 0,
    cutOffUntilMs: 0,
    seatedAtMs: 0,
    joinedAtMs: 0,
    leftAtMs: undefined,
    isReady: true,
  };
  state.machines.set(box, machine);
  return machine;
}

/** As the journal has it: a machine for each. */
const INTENTS = new Map(
  NODES.map((node): [string, Intent] => {
    const instanceId = `machine-of-${node}`;
    const address = `eu-west-3.machine.${node}`;
    return [instanceId, { instanceId, address, kind: 'machine', inputs: {}, may: 'nothing', isGone: false }];
  }),
);

function seat(number: number): { readonly member: EtcdMember; readonly machine: EtcdMachine } {
  const member = cluster.members[number - 1];
  const machine = state.machines.get(member?.box ?? '');
  if (member === undefined || machine === undefined) throw new RangeError(`There is no seat ${number}.`);
  return { member, machine };
}

test('three that vote and know are well', () => {
  judge.afterEvent(members);
  judge.judge();
  expect(reported).toEqual([]);
});

test.each<[what: string, plant: () => void, found: string]>([
  [
    'a learner that does not know yet is promoted',
    () => judge.promoting(cluster, { ...seat(1).member, isLearner: true, knowsFromMs: NOW_MS + 1 }),
    'converged-1 votes and does not know what the others know',
  ],
  ['a node is added that has a member', () => judge.adding(cluster, 'converged-1'), 'converged-1 is a member twice'],
  [
    'a voter is taken out that the others need',
    () => {
      seat(2).machine.isEnded = true;
      judge.removing(cluster, seat(1).member);
    },
    'converged-1 was taken out with 1 of 2 voters left',
  ],
  [
    'a voter is ended that the others need',
    () => {
      seat(2).machine.isEnded = true;
      judge.ending(seat(1).machine, cluster);
    },
    'converged-1 was ended with 1 of 3 voters left',
  ],
  [
    'a voter that is ready is ended without having left',
    () => judge.ending(seat(1).machine, cluster),
    'converged-1 was ended and had not left',
  ],
  [
    'the last that votes is ended',
    () => {
      cluster.members.splice(1);
      judge.ending(seat(1).machine, cluster);
    },
    'converged-1 was ended with all that etcd holds',
  ],
  [
    'a second seat is emptied',
    () => {
      judge.ending(seat(1).machine, cluster);
      seat(1).machine.isEnded = true;
      judge.ending(seat(2).machine, cluster);
    },
    'converged-2 was ended while converged-1 is empty by our doing',
  ],
  [
    'a majority has forgotten everything',
    () => {
      for (const member of cluster.members) member.remembers = false;
      judge.afterEvent(members);
    },
    'a majority agrees that shares no memory with the one before it',
  ],
  [
    'two clusters have one token',
    () => {
      state.clusters.push({ ...newCluster('token', 'converged-9=x'), wasFormed: true });
      judge.afterEvent(members);
    },
    '2 clusters were founded with the token token',
  ],
  [
    'two machines have one seat',
    () => {
      cluster.members.push({ ...seat(1).member, box: machineOf('converged-1', 'another').box });
      judge.afterEvent(members);
    },
    '2 living machines have the seat of converged-1',
  ],
  [
    'a node does not vote in the end',
    () => {
      cluster.members.pop();
      judge.judge();
    },
    'converged-3 does not vote in the end',
  ],
  [
    'somebody is left a member',
    () => {
      cluster.members.push({ ...seat(1).member, node: 'converged-4', box: undefined });
      judge.judge();
    },
    'converged-4 is left a member',
  ],
  [
    'what nobody has a snapshot of is restored',
    () => judge.restoring({ ...cluster, isInUse: false }),
    'there is no snapshot to restore from',
  ],
])('it is found when %s', (_what, plant, found) => {
  plant();
  expect(reported).toContain(found);
});

test('a machine that has left may be ended, a voter only if the others can do without it', () => {
  const { member, machine } = seat(1);
  cluster.members.splice(cluster.members.indexOf(member), 1);
  judge.ending(machine, undefined);
  expect(reported).toEqual([]);
  seat(1).machine.isReady = false;
  judge.ending(seat(1).machine, cluster);
  expect(reported).toEqual(['converged-2 was ended with 1 of 2 voters left']);
});
