import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { Secret } from '#std/secret.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { KeyFile } from '#state/key-file.ts';
import { Bench, created, TEST_LINEAGE } from './support/bench.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-key-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

function keyFile(path = join(home, 'config', 'state.key')): KeyFile {
  return new KeyFile({ path, files: new SystemFiles(), random: new SystemRandom() });
}

test('the key is made on first use, once, and for its owner only', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => keyFile().create(TEST_LINEAGE)));
  for (const { bytes, wrapped } of keys) expect(await keyFile().open(TEST_LINEAGE, wrapped)).toEqual(bytes);
  expect(new Set(keys.map(({ wrapped }) => wrapped)).size).toBe(8);
  expect((await stat(join(home, 'config', 'state.key'))).mode & 0o777).toBe(0o600);
});

test('a state is sealed under a data key that only this file opens', async () => {
  const path = join(home, 'config', 'state.key');
  const bench = new Bench();
  const lease = await bench.run(sealedUnder(bench, keyFile()).acquire());
  await lease.append(...created(1, { password: new Secret('hunter2') }));
  await lease[Symbol.asyncDispose]();
  expect((await sealedUnder(bench, keyFile()).read())?.records.size).toBe(1);

  const refused = await problemOf(sealedUnder(bench, keyFile(join(home, 'other.key'))).read());
  expect(refused).toBe(`state.key-missing: There is no ${join(home, 'other.key')}.`);
  await keyFile(join(home, 'other.key')).create(TEST_LINEAGE);
  expect(await problemOf(sealedUnder(bench, keyFile(join(home, 'other.key'))).read())).toBe(
    `state.seal-broken: The state of ${lease.lineage} was not sealed under the key in ${join(home, 'other.key')}.`,
  );

  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  );
  expect(await problemOf(sealedUnder(bench, keyFile()).read())).toBe(
    `state.corrupt: ${path}: it does not have its checksum.`,
  );
});

test('a data key of one cluster is of no use to another', async () => {
  const bench = new Bench();
  const stranger = (await bench.run(bench.process().acquire())).lineage;
  const { wrapped } = await keyFile().create(TEST_LINEAGE);
  expect(await problemOf(keyFile().open(stranger, wrapped))).toMatch(/^state\.seal-broken: /);
});

function sealedUnder(bench: Bench, seal: KeyFile) {
  return bench.process({ seal });
}

async function problemOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (isProblem(error) ? `${error.code}: ${error.detail}` : String(error)),
  );
}
