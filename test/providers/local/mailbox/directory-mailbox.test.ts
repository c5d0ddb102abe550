import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import type { BoxContents } from '#host/mailbox.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { DirectoryMailbox } from '#providers/local/mailbox/directory-mailbox.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';

const CLUSTER = parseClusterUid('clusterclustercluster');
const BOX = deriveInstanceId(CLUSTER, parseAddress('local-1.machine.worker-1'), 1);
const OTHER = deriveInstanceId(CLUSTER, parseAddress('local-1.machine.worker-1'), 2);
const { signal } = new AbortController();
const context = {
  cluster: CLUSTER,
  signal,
  read: <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal),
  mutate: <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal),
};

let root: string;
let mailbox: DirectoryMailbox;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-mailbox-'));
  const places = localPlaces({ data: root, cache: join(root, 'cache'), runtime: join(root, 'run') });
  const world = { files: new SystemFiles(), random: new SystemRandom() };
  const machineOf = async (_context: unknown, box: string): Promise<BoxContents['machine']> =>
    box === BOX ? 'there' : 'gone';
  mailbox = new DirectoryMailbox({ world, places, machineOf });
  directory = places.of(CLUSTER).machine(BOX).mailbox;
  await mkdir(directory, { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

test('a letter is left once, read by whoever knows its name, and taken out', async () => {
  await mailbox.write(context, BOX, { name: 'welcome', body: 'who you are: ß' });
  expect(await mailbox.read(context, BOX, 'welcome')).toBe('who you are: ß');
  expect(await mailbox.look(context, BOX)).toEqual({ letters: ['welcome'], machine: 'there' });
  await mailbox.remove(context, BOX, ['welcome', 'never-there']);
  expect(await mailbox.read(context, BOX, 'welcome')).toBeUndefined();
  expect(await mailbox.look(context, BOX)).toEqual({ letters: [], machine: 'there' });
  expect(await readdir(directory)).toEqual([]);
});

test('a letter that is there is not written over', async () => {
  await mailbox.write(context, BOX, { name: 'welcome', body: 'first' });
  const again = mailbox.write(context, BOX, { name: 'welcome', body: 'second' });
  await expect(again).rejects.toMatchObject({ name: 'CallError', outcome: 'rejected', reason: 'exists' });
  expect(await mailbox.read(context, BOX, 'welcome')).toBe('first');
  expect(await readdir(directory)).toEqual(['welcome']);
});

test('letters are told in order, and what is still being written is none', async () => {
  for (const name of ['stage-02-overlay', 'hello', 'stage-01-network', '.draft'])
    await writeFile(join(directory, name), '{}');
  await mkdir(join(directory, 'folder'));
  expect(await mailbox.look(context, BOX)).toMatchObject({
    letters: ['hello', 'stage-01-network', 'stage-02-overlay'],
  });
});

test('a box that went with its machine is empty, and stays gone', async () => {
  expect(await mailbox.look(context, OTHER)).toEqual({ letters: [], machine: 'gone' });
  expect(await mailbox.read(context, OTHER, 'hello')).toBeUndefined();
  await mailbox.remove(context, OTHER, ['hello']);
  const written = mailbox.write(context, OTHER, { name: 'given-up', body: '{}' });
  await expect(written).rejects.toMatchObject({ name: 'CallError', outcome: 'rejected', reason: 'absent' });
  expect(await readdir(join(directory, '..'))).toEqual([BOX]);
});

test('a name that is no id leads nowhere', async () => {
  await expect(mailbox.look(context, '../../keys')).rejects.toMatchObject({ code: 'address.invalid' });
});
