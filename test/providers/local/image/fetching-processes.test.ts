import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf, FOREVER, ImageStand, qcow2 } from './support/image-stand.ts';

const PROGRAM = fileURLToPath(new URL('./support/fetching-process.ts', import.meta.url));
const DISK = qcow2('fetched');
const ID = digestOf(DISK);

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
  stand.server.files.set('/disk', { bytes: DISK, etag: '"one"' });
});
afterEach(() => stand[Symbol.asyncDispose]());

function start(): ChildProcess {
  const image = `${stand.server.urlOf('/disk').href}#sha256:${ID}`;
  const args = ['--conditions=source', PROGRAM, stand.images, image];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function endOf(child: ChildProcess): Promise<string> {
  const [said] = await Promise.all([child.stdout === null ? '' : text(child.stdout), once(child, 'close')]);
  return said;
}

async function partBytes(): Promise<number> {
  const names = await readdir(stand.images, { recursive: true }).catch(() => []);
  const part = names.find((name) => name.endsWith('file.part'));
  return part === undefined ? 0 : ((await stand.ground.disk.size(join(stand.images, part))) ?? 0);
}

test('processes that fetch the same at one time make one entry, by one download', async () => {
  const said = await Promise.all([start(), start(), start()].map(endOf));
  expect(said).toEqual([ID, ID, ID]);
  expect(stand.server.requests).toEqual([{ path: '/disk', range: undefined, status: 200 }]);
  expect(await stand.store().verify(undefined, FOREVER)).toEqual([{ id: ID, isWhole: true }]);
  expect(await stand.tree()).toEqual(
    [ID, `${ID}/disk.qcow2`, `${ID}/image.json`, `${ID}/size`, 'downloads', 'making'].toSorted(),
  );
});

test('one that is killed in the middle is followed by one that goes on at its last byte', async () => {
  for (const came of [60_000, 200_000]) {
    stand.server.troubles.push({ silentAfter: came - (await partBytes()) });
    const child = start();
    while ((await partBytes()) < came) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await endOf(child);
  }
  expect(await endOf(start())).toBe(ID);
  expect(stand.server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=60000-', 'bytes=200000-']);
  expect(await stand.store().verify(undefined, FOREVER)).toEqual([{ id: ID, isWhole: true }]);
  expect(await readdir(join(stand.images, 'downloads'))).toEqual([]);
});
