import { describe, expect, test } from 'vitest';
import { type EtcdStatus, etcdStatus } from '#app/etcd-status.ts';
import { AnsweringMachines, type Behaviour, says } from './support/answering-machines.ts';
import { Desk, FOREVER } from './support/desk.ts';

const NOTHING = ':';

describe('etcd, as three real machines have told of it', () => {
  test('is whole', async () => {
    const { members, ...rest } = await statusOf(recorded('etcd-healthy', [1, 2, 3]));
    expect(rest).toEqual({ isAgreed: true, alarms: [], voters: 3, votersThere: 3, spare: 1, silent: [] });
    expect(members.map(({ name, id, is, health }) => [name, id, is, health])).toEqual([
      // Ids of 64 bits keep every digit: 5340841957510837977 is no number of JavaScript.
      ['control-plane-1', '4a1e7b769eef76d9', 'leader', 'healthy'],
      ['control-plane-2', '7468c49dd76d3a30', 'voter', 'healthy'],
      ['control-plane-3', 'b2adfce0f752aa49', 'voter', 'healthy'],
    ]);
    expect(members[0]?.figures).toEqual({
      version: '3.5.16',
      dbBytes: 20_480,
      dbInUseBytes: 16_384,
      revision: 6,
      lag: 3,
    });
  });

  test('has lost one, whose machine says so itself', async () => {
    const { status, words } = await look(recorded('etcd-one-stopped', [1, 2, 3]));
    expect(status.members.map(({ name, is, health }) => [name, is, health])).toEqual([
      ['control-plane-1', 'leader', 'healthy'],
      ['control-plane-2', 'voter', 'healthy'],
      ['control-plane-3', 'voter', 'silent'],
    ]);
    expect(status).toMatchObject({ isAgreed: true, voters: 3, votersThere: 2, spare: 0 });
    expect(Object.values(words).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test.each([
    ['is reached by another', 'etcd-healthy-3', 'healthy', 1],
    ['is reached by no other either', 'etcd-one-stopped-asked', 'silent', 0],
  ])('has a member that cannot be reached from here, and %s', async (_title, answer, health, spare) => {
    const { status, words } = await look({
      'control-plane-1': `if [ $# -gt 0 ]; then ${says(answer)} else ${says('etcd-healthy-1')} fi`,
      'control-plane-2': says('etcd-healthy-2'),
      'control-plane-3': 'exit 255',
    });
    expect(words['control-plane-1']?.at(-1)).toMatch(/ -- sudo -n sh -s -- https:\/\/10\.64\.0\.3:2379$/);
    expect(status.members.at(-1)).toMatchObject({ name: 'control-plane-3', health });
    expect(status).toMatchObject({ voters: 3, spare, silent: [{ node: 'control-plane-3' }] });
  });

  test('has a learner that has not started, which has no vote', async () => {
    const { members, ...rest } = await statusOf(recorded('etcd-learner', [1, 2, 3]));
    expect(members[0]).toEqual({
      name: '',
      id: '9f881819bc39a54d',
      is: 'learner',
      health: 'silent',
      figures: undefined,
    });
    expect(rest).toMatchObject({ voters: 3, votersThere: 3, spare: 1 });
  });

  test('has no quorum: only those that answer are known', async () => {
    const status = await statusOf({ ...recorded('etcd-no-quorum', [1, 2]), 'control-plane-3': 'exit 255' });
    expect(status).toMatchObject({ isAgreed: false, votersThere: 0, spare: -1, silent: [{ node: 'control-plane-3' }] });
    expect(status.members.map(({ name, is, health }) => [name, is, health])).toEqual([
      ['control-plane-1', 'voter', 'unhealthy'],
    ]);
  });

  test('has no space left: it votes, and takes nothing new', async () => {
    const status = await statusOf({ 'control-plane-1': says('etcd-no-space-1'), 'worker-1': NOTHING });
    expect(status.members[0]).toMatchObject({ name: 'control-plane-1', health: 'alarm' });
    expect(status.alarms).toContainEqual({ member: 'control-plane-1', alarm: 'no space left in its quota' });
    expect(status.alarms).toHaveLength(3);
  });
});

test('a cluster in which nobody has etcd says who was asked', async () => {
  const status = statusOf({ 'worker-1': NOTHING, 'worker-2': "echo 'No route to host' >&2; exit 255" });
  await expect(status).rejects.toMatchObject({
    code: 'etcd.absent',
    detail: '1 of 2 machines answered, none of them with etcd. worker-2: No route to host',
  });
});

function recorded(name: string, places: readonly number[]): Readonly<Record<string, Behaviour>> {
  return Object.fromEntries(places.map((place) => [`control-plane-${place}`, says(`${name}-${place}`)]));
}

async function statusOf(behaviours: Readonly<Record<string, Behaviour>>): Promise<EtcdStatus> {
  return (await look(behaviours)).status;
}

interface Looked {
  readonly status: EtcdStatus;
  readonly words: Readonly<Record<string, readonly string[]>>;
}

async function look(behaviours: Readonly<Record<string, Behaviour>>): Promise<Looked> {
  await using desk = await Desk.alone();
  const machines = await AnsweringMachines.at(desk, behaviours);
  const status = await etcdStatus(machines.asking, FOREVER);
  const words: Record<string, readonly string[]> = {};
  for (const node of Object.keys(behaviours)) words[node] = (await machines.handed(node)).words;
  return { status, words };
}
