import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LockedAsset, renderAssetLock } from '#assets/asset-lock.ts';
import { sha256Hex } from '#std/hash.ts';
import { AssetStand, namesIn } from './support/asset-stand.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let stand: AssetStand;
let etcd: LockedAsset;
beforeEach(async () => {
  stand = await AssetStand.open();
  const { from: _from, ...asset } = stand.publish('etcd');
  etcd = asset;
  const lock = await stand.write('my.lock.yaml', Buffer.from(renderAssetLock([etcd])));
  const file = `name: dev\nprovider: local\ndomain: dev.localhost\nassets: { lock: ${lock} }\n`;
  await writeFile(join(stand.root, 'dev.yaml'), file);
});
afterEach(() => stand[Symbol.asyncDispose]());

/** The whole program, as a process of its own. */
function sync(folder: string): ChildProcess {
  const args = ['--conditions=source', MAIN, 'assets', 'sync', '-f', 'dev.yaml', '--to', folder];
  const homes = { HOME: stand.root, XDG_CACHE_HOME: join(stand.root, 'caches') };
  const env = { ...homes, PATH: process.env['PATH'], NO_PROXY: '127.0.0.1' };
  return spawn(process.execPath, args, { cwd: stand.root, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function partBytes(): Promise<number> {
  const part = (await namesIn(join(stand.root, 'caches'))).find((name) => name.endsWith('file.part'));
  return part === undefined ? 0 : ((await stand.ground.disk.size(join(stand.root, 'caches', part))) ?? 0);
}

test('a program that is killed while it fetches is followed by one that goes on at its last byte', async () => {
  for (const came of [50_000, 130_000, 250_000]) {
    stand.server.troubles.push({ silentAfter: came - (await partBytes()) });
    const child = sync('mirror');
    while ((await partBytes()) < came) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await endOf(child);
  }
  expect(await endOf(sync('mirror'))).toBe(0);
  const ranges = stand.server.requests.map(({ range }) => range);
  expect(ranges).toEqual([undefined, 'bytes=50000-', 'bytes=130000-', 'bytes=250000-']);
  expect(sha256Hex(await readFile(join(stand.root, 'mirror', etcd.sha256)))).toBe(etcd.sha256);
});

test('programs that fetch the same at one time fetch it once', async () => {
  const ends = ['one', 'two', 'three'].map((folder) => endOf(sync(folder)));
  expect(await Promise.all(ends)).toEqual([0, 0, 0]);
  expect(stand.server.requests).toHaveLength(1);
  for (const folder of ['one', 'two', 'three'])
    expect(await namesIn(join(stand.root, folder))).toEqual([etcd.sha256, 'assets.lock.yaml'].toSorted());
});
