import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdSnapshot } from '#app/etcd-snapshot.ts';
import { etcdStatus } from '#app/etcd-status.ts';
import type { Asking } from '#app/every-node.ts';
import { AnsweringMachines } from '../../app/support/answering-machines.ts';
import { Desk, FOREVER } from '../../app/support/desk.ts';
import { EtcdMembers, good } from './etcd-members.ts';
import { rehearseRestore } from './etcd-rehearsal.ts';
import { behaviourOf } from './looked-at-machine.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const NET = 17;

describe('three members, looked at from a workstation', () => {
  let members: EtcdMembers;
  let desk: Desk;
  let asking: Asking;
  let gone = '';

  beforeAll(async () => {
    [members, desk] = await Promise.all([EtcdMembers.open(NET), Desk.alone()]);
    for (const ended of await members.found(NAMES)) good(ended);
    await members.put('control-plane-1', 'first', 'word');
    const behaviours = Object.fromEntries(NAMES.map((name) => [name, behaviourOf(members, name)]));
    ({ asking } = await AnsweringMachines.at(desk, { ...behaviours, 'worker-1': ':' }));
  });

  afterAll(async () => {
    await members[Symbol.asyncDispose]();
    await desk[Symbol.asyncDispose]();
  });

  test('are one leader and two followers that survive the loss of one', async () => {
    const { members: found, ...rest } = await etcdStatus(asking, FOREVER);
    expect(rest).toEqual({ isAgreed: true, alarms: [], voters: 3, votersThere: 3, spare: 1, silent: [] });
    expect(found.map(({ name, health }) => [name, health])).toEqual(NAMES.map((name) => [name, 'healthy']));
    const leader = await members.leader();
    expect(found.filter(({ is }) => is === 'leader').map(({ name }) => name)).toEqual([leader]);
    const { header } = await members.status('control-plane-1');
    expect(found.map(({ figures }) => figures?.revision)).toEqual(NAMES.map(() => header.revision));
  });

  test('give a snapshot that a new cluster can be made of', async () => {
    const path = join(desk.home, 'etcd.db');
    const { node, revision, sizeBytes } = await etcdSnapshot(asking, path, FOREVER);
    expect(node).not.toBe(await members.leader());
    expect(revision).toBeGreaterThan(1);
    const snapshot = await readFile(path);
    expect(snapshot.length).toBe(sizeBytes);
    expect(await rehearseRestore(snapshot, `127.0.${NET}.9`)).toEqual(['first']);
  });

  test('survive no other loss when one is gone, though it led', async () => {
    gone = await members.leader();
    await members.machine(gone).crash();
    const status = await etcdStatus(asking, FOREVER);
    expect(status).toMatchObject({ isAgreed: true, voters: 3, votersThere: 2, spare: 0, silent: [] });
    const healths = NAMES.map((name) => (name === gone ? 'silent' : 'healthy'));
    expect(status.members.map(({ health }) => health)).toEqual(healths);
  });

  test('have no quorum when two are gone', async () => {
    const [second = '', last = ''] = NAMES.filter((name) => name !== gone);
    await members.machine(second).crash();
    const status = await etcdStatus(asking, FOREVER);
    expect(status).toMatchObject({ isAgreed: false, votersThere: 0, spare: -1 });
    expect(status.members).toMatchObject([{ name: last, is: 'voter', health: 'unhealthy' }]);
  });
});
