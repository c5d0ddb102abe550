import { beforeEach, describe, expect, test } from 'vitest';
import type { EtcdMachine } from './etcd-machine.ts';
import { EtcdMembers, type EtcdState, STARTS_WITHIN_MS } from './etcd-members.ts';
import { QuorumJudge } from './quorum-judge.ts';
import { IntentLedger } from '../../intent-ledger.ts';

const NODES = ['converged-1', 'converged-2', 'converged-3'];
const PEERS = NODES.map((node) => `${node}=https://${node}:2380`).join(',');
const LEARNS_MS = 10_000;
const HOUR_MS = 3_600_000;

let state: EtcdState;
let nowMs: number;
let reported: string[];
let judge: QuorumJudge;
let members: EtcdMembers;

beforeEach(() => {
  state = {
    machines: new Map(),
    clusters: [],
    board: new Map(NODES.map((node) => [node, `box-of-${node}`])),
    seats: NODES,
  };
  nowMs = 1_000;
  reported = [];
  judge = new QuorumJudge({
    state,
    ledger: new IntentLedger(),
    nowMs: () => nowMs,
    report: (detail) => reported.push(detail),
  });
  members = new EtcdMembers({ state, nowMs: () => nowMs, watch: judge, learnsInMs: () => LEARNS_MS });
});

function arrive(node: string, change: Partial<EtcdMachine> = {}): EtcdMachine {
  const machine: EtcdMachine = {
    box: `box-of-${node}`,
    node,
    token: 'token',
    peers: PEERS,
    arrivesAtMs: 0,
    reportsSeatAtMs: 0,
    neverDoes: undefined,
    diesAtMs: Infinity,
    doing: 'boots',
    mayFound: true,
    isKnown: true,
    isEnded: false,
    isAskedToLeave: false,
    hasNothingToLose: false,
    outUntilMs: 0,
    cutOffUntilMs: 0,
    seatedAtMs: undefined,
    joinedAtMs: undefined,
    leftAtMs: undefined,
    isReady: true,
    ...change,
  };
  state.machines.set(machine.box, machine);
  return machine;
}

/** Until nobody can do anything more now. */
function settle(): void {
  judge.afterEvent(members);
  while (members.round()) judge.afterEvent(members);
  judge.afterEvent(members);
}

function pass(ms: number): void {
  nowMs += ms;
  settle();
}

function seats(): readonly string[] {
  const words = (state.clusters[0]?.members ?? []).map(
    ({ node, box, isLearner }) =>
      `${node} ${isLearner ? 'learner' : 'voter'}${box === undefined ? ', not started' : ''}`,
  );
  return words.toSorted();
}

function found(): readonly [EtcdMachine, EtcdMachine, EtcdMachine] {
  const machines = [arrive('converged-1'), arrive('converged-2'), arrive('converged-3')] as const;
  settle();
  for (const cluster of state.clusters) cluster.isInUse = true;
  return machines;
}

const ALL_VOTE = NODES.map((node) => `${node} voter`);

describe('founders', () => {
  test('found one cluster together, as soon as they are a majority', () => {
    arrive('converged-1');
    settle();
    expect([...state.machines.values()].map(({ doing }) => doing)).toEqual(['settles']);
    arrive('converged-2');
    settle();
    expect([...state.machines.values()].map(({ doing }) => doing)).toEqual(['votes', 'votes']);
    arrive('converged-3');
    settle();
    expect(seats()).toEqual(ALL_VOTE);
    expect(reported).toEqual([]);
  });

  test('do not vote before they have reported their seat', () => {
    const machines = NODES.map((node) => arrive(node, { reportsSeatAtMs: 9_000 }));
    settle();
    expect(seats()).toEqual(ALL_VOTE);
    expect(machines.map(({ doing }) => doing)).toEqual(['settles', 'settles', 'settles']);
    pass(8_000);
    expect(machines.map(({ doing, joinedAtMs }) => [doing, joinedAtMs])).toEqual(NODES.map(() => ['votes', 9_000]));
  });

  test('that have died make way for successors that may found', () => {
    arrive('converged-1');
    settle();
    for (const node of ['converged-2', 'converged-3']) arrive(node, { box: `second-of-${node}` });
    settle();
    expect(seats()).toEqual(ALL_VOTE);
  });

  test('that never come are taken out in the end', () => {
    arrive('converged-1');
    arrive('converged-2');
    settle();
    expect(seats()).toContain('converged-3 voter, not started');
    pass(STARTS_WITHIN_MS);
    expect(seats()).toEqual(ALL_VOTE.slice(0, 2));
    arrive('converged-3');
    settle();
    pass(LEARNS_MS);
    expect(seats()).toEqual(ALL_VOTE);
  });
});

describe('a later machine', () => {
  test('evicts who had the seat before, learns, and votes only then', () => {
    const [, , third] = found();
    third.isEnded = true;
    const later = arrive('converged-3', { box: 'later', mayFound: false });
    settle();
    expect(seats()).toContain('converged-3 learner');
    expect(later.joinedAtMs).toBeUndefined();
    pass(LEARNS_MS - 1);
    expect(seats()).toContain('converged-3 learner');
    pass(1);
    expect([seats(), later.joinedAtMs]).toEqual([ALL_VOTE, nowMs]);
    expect(reported).toEqual([]);
  });

  test.each<[what: string, change: (machine: EtcdMachine) => void, endsAtMs: number]>([
    ['has no power', (machine) => (machine.outUntilMs = HOUR_MS), HOUR_MS],
    ['is cut off', (machine) => (machine.cutOffUntilMs = HOUR_MS), HOUR_MS],
  ])('waits while another %s: no majority, no change', (_what, change, endsAtMs) => {
    const [, second, third] = found();
    change(second);
    third.isEnded = true;
    arrive('converged-3', { box: 'later', mayFound: false });
    pass(60_000);
    expect([...state.machines.values()].at(-1)?.doing).toBe('seeks');
    pass(endsAtMs);
    pass(LEARNS_MS);
    expect(seats()).toEqual(ALL_VOTE);
    expect(reported).toEqual([]);
  });
});

describe('who is asked to leave', () => {
  test('leaves when the others can do without it, and joins again when it is asked no more', () => {
    const [first] = found();
    first.isAskedToLeave = true;
    settle();
    expect([first.leftAtMs, seats()]).toEqual([nowMs, ALL_VOTE.slice(1)]);
    first.isAskedToLeave = false;
    settle();
    pass(LEARNS_MS);
    expect(seats()).toEqual(ALL_VOTE);
  });

  test('stays as long as they cannot', () => {
    const [first, second] = found();
    second.outUntilMs = HOUR_MS;
    first.isAskedToLeave = true;
    pass(60_000);
    expect([first.leftAtMs, seats()]).toEqual([undefined, ALL_VOTE]);
    pass(HOUR_MS);
    expect(first.leftAtMs).toBe(nowMs);
  });

  test('stays as long as another seat is empty', () => {
    const [first, second] = found();
    second.isAskedToLeave = true;
    settle();
    first.isAskedToLeave = true;
    pass(60_000);
    expect([first.leftAtMs, seats()]).toEqual([undefined, ALL_VOTE.filter((line) => !line.includes(second.node))]);
    second.isAskedToLeave = false;
    pass(60_000);
    pass(LEARNS_MS);
    expect(first.leftAtMs).toBe(nowMs);
  });

  test('says again that it has left when it is asked anew before it noticed that it might stay', () => {
    const [first] = found();
    first.isAskedToLeave = true;
    settle();
    first.leftAtMs = undefined;
    pass(1);
    expect([first.leftAtMs, seats()]).toEqual([nowMs, ALL_VOTE.slice(1)]);
  });

  test('stays when nobody else votes, unless nobody counts on what it holds', () => {
    const alone = arrive('converged-1', { peers: 'converged-1=https://converged-1:2380' });
    state.seats = ['converged-1'];
    settle();
    alone.isAskedToLeave = true;
    pass(HOUR_MS);
    expect(alone.doing).toBe('votes');
    alone.hasNothingToLose = true;
    settle();
    expect(alone.doing).toBe('left');
    const successor = arrive('converged-1', { box: 'later', peers: alone.peers });
    settle();
    expect([successor.doing, reported]).toEqual(['votes', []]);
  });
});

test('a dead member whose node is on the list of peers no more is taken out', () => {
  const [, , third] = found();
  third.isEnded = true;
  settle();
  expect(seats()).toEqual(ALL_VOTE);
  state.board = new Map(NODES.slice(0, 2).map((node) => [node, `box-of-${node}`]));
  settle();
  expect(seats()).toEqual(ALL_VOTE.slice(0, 2));
});

test('one that is not known to the others any more is heard by nobody, and its successor takes its seat', () => {
  const [, , third] = found();
  third.isKnown = false;
  const successor = arrive('converged-3', { box: 'later', mayFound: false });
  settle();
  pass(LEARNS_MS);
  expect([successor.doing, seats()]).toEqual(['votes', ALL_VOTE]);
  expect(state.clusters[0]?.members.map(({ box }) => box)).toContain('later');
  expect(reported).toEqual([]);
});

test('a majority that is gone for good is known, and restored on those that are there', () => {
  for (const machine of found().slice(1)) machine.isEnded = true;
  expect(state.clusters.map((cluster) => members.isLost(cluster))).toEqual([true]);
  for (const cluster of state.clusters) members.restore(cluster);
  settle();
  expect(seats()).toEqual(['converged-1 voter']);
  expect(reported).toEqual([]);
});
