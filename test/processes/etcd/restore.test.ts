import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdRestore } from '#app/etcd-restore.ts';
import { etcdSnapshot } from '#app/etcd-snapshot.ts';
import type { Asking } from '#app/every-node.ts';
import { AnsweringMachines } from '../../app/support/answering-machines.ts';
import { Desk, FOREVER } from '../../app/support/desk.ts';
import { EtcdMembers, good } from './etcd-members.ts';
import { behaviourOf } from './looked-at-machine.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const VOTERS = NAMES.map((name) => `${name} voter`);
const NET = 18;
const SILENT = "echo 'No route to host' >&2; exit 255";

describe('a snapshot of three members', () => {
  let members: EtcdMembers;
  let desk: Desk;
  let snapshot: string;

  beforeAll(async () => {
    [members, desk] = await Promise.all([EtcdMembers.open(NET), Desk.alone()]);
    for (const ended of await members.found(NAMES)) good(ended);
    await members.put('control-plane-1', 'kept', 'as it was');
    snapshot = join(desk.home, 'etcd.db');
    await etcdSnapshot(await lookedAt(members, desk, {}), snapshot, FOREVER);
    await members.put('control-plane-1', 'kept', 'otherwise');
    await members.put('control-plane-1', 'later', 'lost');
  });

  afterAll(async () => {
    await members[Symbol.asyncDispose]();
    await desk[Symbol.asyncDispose]();
  });

  test.each([
    ['a machine does not answer', {}, { 'control-plane-3': SILENT }, 'control-plane-3: No route to host'],
    [
      'it is damaged on its way',
      { 'control-plane-2': 'tail -c +100' },
      {},
      'control-plane-2: Error: snapshot missing hash but --skip-hash-check=false',
    ],
  ])('disturbs nothing when %s', async (_title, damages, behaviours, detail) => {
    const asking = await lookedAt(members, desk, damages, behaviours);
    const refusal: unknown = await etcdRestore(asking, { from: snapshot, tell: () => undefined }, FOREVER).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'etcd.not-restored', detail });
    expect(await members.get('control-plane-2', 'later')).toBe('lost');
    expect(await members.list('control-plane-3')).toEqual(VOTERS);
  });

  test('leaves etcd as it was when it cannot be stopped everywhere', async () => {
    const stubborn = 'if [ "${1-}" = stop ]; then echo "It does not want to." >&2; exit 1; fi\n';
    const asking = await lookedAt(
      members,
      desk,
      {},
      { 'control-plane-1': stubborn + behaviourOf(members, 'control-plane-1') },
    );
    const restored = etcdRestore(asking, { from: snapshot, tell: () => undefined }, FOREVER);
    await expect(restored).rejects.toMatchObject({ detail: 'control-plane-1: It does not want to.' });
    expect(await members.get('control-plane-2', 'later')).toBe('lost');
    expect(await members.list('control-plane-3')).toEqual(VOTERS);
  });

  test('is restored when a majority has lost its data, and is all that etcd holds then', async () => {
    for (const name of ['control-plane-2', 'control-plane-3']) {
      await members.machine(name).crash();
      await rm(members.machine(name).path('var/lib/bootstrap/etcd'), { recursive: true });
    }
    const steps: string[] = [];
    const request = { from: snapshot, tell: (step: string) => steps.push(step) };
    const status = await etcdRestore(await lookedAt(members, desk, {}), request, FOREVER);
    expect(status).toMatchObject({ isAgreed: true, voters: 3, votersThere: 3, spare: 1, silent: [] });
    expect(steps).toHaveLength(5);
    expect(await members.list('control-plane-1')).toEqual(VOTERS);
    expect(await members.get('control-plane-3', 'kept')).toBe('as it was');
    expect(await members.get('control-plane-2', 'later')).toBe('');
    await members.put('control-plane-2', 'since', 'written');
    expect(await members.get('control-plane-1', 'since')).toBe('written');
  });

  test('is restored once more over what is there, by whoever was stopped in between', async () => {
    const left = new AbortController();
    const tell = (step: string) => step.startsWith('putting') && left.abort();
    const asking = await lookedAt(members, desk, {});
    await expect(etcdRestore(asking, { from: snapshot, tell }, left.signal)).rejects.toThrow('aborted');
    const status = await etcdRestore(asking, { from: snapshot, tell: () => undefined }, FOREVER);
    expect(status).toMatchObject({ isAgreed: true, votersThere: 3, spare: 1 });
    expect(await members.get('control-plane-1', 'since')).toBe('');
  });
});

/** By a workstation that has just sat down; the way to some may damage what is brought, or lead nowhere. */
async function lookedAt(
  members: EtcdMembers,
  desk: Desk,
  damages: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Promise<Asking> {
  await rm(join(desk.home, 'ssh'), { recursive: true, force: true });
  const behaviours = Object.fromEntries(NAMES.map((name) => [name, behaviourOf(members, name, damages[name])]));
  const machines = await AnsweringMachines.at(desk, { ...behaviours, 'worker-1': ':', ...others });
  return machines.asking;
}
