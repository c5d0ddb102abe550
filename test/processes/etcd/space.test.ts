import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFRAGMENT_BYTES, EtcdMembers, QUOTA_BYTES, good } from './etcd-members.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const VALUE = 'x'.repeat(100_000);
/** Twice as many as there is space for. */
const TURNS_MAX = (2 * QUOTA_BYTES) / VALUE.length;
const NO_SPACE = /database space exceeded/;

let members: EtcdMembers;

beforeAll(async () => {
  members = await EtcdMembers.open(22);
  for (const ended of await members.found(NAMES)) good(ended);
  await members.put('control-plane-1', 'kept', 'from the beginning');
});

afterAll(async () => {
  await members[Symbol.asyncDispose]();
});

test('disk space that is no longer used is given back', async () => {
  for (let turn = 0; turn < 20; turn += 1) await members.put('control-plane-1', 'large', VALUE);
  const { header, dbSize } = await members.status('control-plane-1');
  expect(dbSize).toBeGreaterThan(DEFRAGMENT_BYTES);
  good(await members.machine('control-plane-1').etcdctl('compact', String(header.revision), '--physical'));
  // Only with the next write the others count what they have forgotten.
  await members.put('control-plane-1', 'next', 'word');
  await members.until('smaller files', async () => {
    await look();
    return (await sizes()).every((size) => size < DEFRAGMENT_BYTES) ? true : undefined;
  });
  expect(await members.get('control-plane-1', 'large')).toHaveLength(VALUE.length);
});

test('when there is none left, history is forgotten and writes go on', async () => {
  await fill();
  await expect(members.put('control-plane-2', 'new', 'word')).rejects.toThrow(NO_SPACE);
  await looked('There is space again: writes go on.');
  await members.put('control-plane-2', 'new', 'word');
  expect((await sizes()).every((size) => size < QUOTA_BYTES / 2)).toBe(true);
  expect(await members.get('control-plane-3', 'kept')).toBe('from the beginning');
  expect(await members.get('control-plane-3', 'large')).toHaveLength(VALUE.length);
});

test('what is used is never given back, and a member can be replaced meanwhile', async () => {
  const isUsedUp = async (): Promise<boolean> =>
    (await look()).includes('Nothing new is written: what is used takes all of the');
  for (let turn = 0; turn === 0 || !(await isUsedUp()); turn += 1) await fill(`large-${turn}-`);
  await expect(members.put('control-plane-2', 'other', 'word')).rejects.toThrow(NO_SPACE);
  good(await (await members.replace('control-plane-3')).vote());
  expect(await members.list('control-plane-3')).toEqual(NAMES.map((name) => `${name} voter`));
  expect(await members.get('control-plane-3', 'large-0-0')).toHaveLength(VALUE.length);
  good(await members.machine('control-plane-1').etcdctl('del', 'large-', '--prefix'));
  await looked('There is space again: writes go on.');
  await members.put('control-plane-3', 'other', 'word');
});

/** Until nothing more is taken: one key again and again, or each with a number after its name. */
async function fill(prefix?: string): Promise<void> {
  let said = '';
  for (let turn = 0; turn < TURNS_MAX && said === ''; turn += 1) {
    const key = prefix === undefined ? 'large' : `${prefix}${turn}`;
    const { code, output } = await members.machine('control-plane-1').etcdctl('put', key, VALUE);
    if (code !== 0) said = output;
  }
  expect(said).toMatch(NO_SPACE);
}

/** Whoever leads looks, until it says so. */
async function looked(sentence: string): Promise<void> {
  await members.until(sentence, async () => ((await look()).includes(sentence) ? true : undefined));
}

/** However lately it has looked. */
async function look(): Promise<string> {
  const machine = members.machine(await members.leader());
  await rm(machine.path('run/bootstrap/etcd-space-seen'), { force: true });
  return good(await machine.care());
}

async function sizes(): Promise<readonly number[]> {
  return Promise.all(NAMES.map(async (name) => (await members.status(name)).dbSize));
}
