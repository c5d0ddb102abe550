import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import { DirectoryBoard } from '#providers/local/board/directory-board.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { peer } from '../../../host/support/peers.ts';

const CLUSTER = parseClusterUid('clusteruid');
const OTHER = parseClusterUid('clusteranother');
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-board-'));
  return () => rm(root, { recursive: true });
});

test('what one program publishes, another one finds, and no other cluster', async () => {
  const [one, two] = [open(), open()];
  await one.publish(context(), peer(1));
  expect(await two.find(context(), 'worker-1')).toEqual(peer(1));
  expect(await two.find({ ...context(), cluster: OTHER }, 'worker-1')).toBeUndefined();
  await two.withdraw(context(), peer(1));
  expect(await one.find(context(), 'worker-1')).toBeUndefined();
});

test('programs that publish at once all get their peers in, and one of two gets an address', async () => {
  const programs = Array.from({ length: 6 }, () => open());
  await Promise.all(
    programs.flatMap((program, index) => [1, 2, 3].map((each) => program.publish(context(), peer(10 * index + each)))),
  );
  const twins = await Promise.allSettled(
    programs
      .slice(0, 2)
      .map((program, index) => program.publish(context(), peer(90 + index, { podCidr: '10.250.0.0/24' }))),
  );
  expect(twins.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const found = await Promise.all(
    programs.flatMap((_, index) => [1, 2, 3].map((each) => open().find(context(), peer(10 * index + each).node))),
  );
  expect(found.filter((each) => each === undefined)).toEqual([]);
});

test('to look leaves nothing behind', async () => {
  await open().find(context(), 'worker-1');
  await open().withdraw(context(), peer(1));
  expect(await readdir(root)).toEqual([]);
});

test('a list that was torn gives way to the one before it', async () => {
  const board = open();
  await board.publish(context(), peer(1));
  await board.publish(context(), peer(2));
  const directory = join(placesOf().of(CLUSTER).board, 'peers.json');
  const newest = (await readdir(directory)).toSorted().at(-1) ?? '';
  const text = await readFile(join(directory, newest), 'utf8');
  await writeFile(join(directory, newest), text.slice(0, -20));
  expect(await open().find(context(), 'worker-1')).toEqual(peer(1));
  expect(await open().find(context(), 'worker-2')).toBeUndefined();
  await open().publish(context(), peer(2));
  expect(await open().find(context(), 'worker-2')).toEqual(peer(2));
});

function open(): SharedPeerBoard {
  const world = { files: new SystemFiles(), random: new SystemRandom() };
  return new SharedPeerBoard(new DirectoryBoard({ world, places: placesOf() }), new SystemClock());
}

function placesOf() {
  return localPlaces({ data: root, cache: join(root, 'cache'), runtime: join(root, 'run') });
}

function context() {
  const { signal } = new AbortController();
  const send = <T>(_call: unknown, request: (signal: AbortSignal) => Promise<T>) => request(signal);
  return { cluster: CLUSTER, signal, read: send, mutate: send };
}
