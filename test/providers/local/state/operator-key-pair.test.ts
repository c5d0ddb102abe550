import { mkdtemp, readFile, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { checkSshKey } from '#config/ssh-key.ts';
import { operatorPublicKey } from '#providers/local/state/operator-key-pair.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';

const world = { files: new SystemFiles(), random: new SystemRandom() };
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-key-'));
  return () => rm(root, { recursive: true });
});

test('is made once, for its owner alone, and is the same for whoever asks', async () => {
  const path = join(root, 'keys', 'operator');
  const [first, second] = await Promise.all([operatorPublicKey(world, path), operatorPublicKey(world, path)]);
  expect(second).toBe(first);
  expect(checkSshKey(first)).toBeUndefined();
  expect(await readFile(`${path}.pub`, 'utf8')).toBe(`${first}\n`);
  expect((await stat(path)).mode & 0o077).toBe(0);
});

test('is told by its private half when the other half was lost on the way', async () => {
  const path = join(root, 'operator');
  const first = await operatorPublicKey(world, path);
  await unlink(`${path}.pub`);
  expect(await operatorPublicKey(world, path)).toBe(first);
});
