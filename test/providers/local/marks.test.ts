import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { claim, markOf, marksIn, release } from '#providers/local/marks.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';

const world = { files: new SystemFiles(), disk: new SystemDisk() };
const cluster = parseClusterUid('clusteruid');
const mine = { cluster, instanceId: parseInstanceId('instanceone'), address: parseAddress('zone') };
const other = { ...mine, instanceId: parseInstanceId('instancetwo') };
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-marks-'));
  return () => rm(root, { recursive: true });
});

test('a directory is whose claims it first, and only his', async () => {
  const directory = join(root, 'thing');
  expect(await markOf(world, directory)).toBeUndefined();
  await claim(world, directory, mine);
  await claim(world, directory, mine);
  await expect(claim(world, directory, other)).rejects.toMatchObject({ code: 'exists' });
  expect(await markOf(world, directory)).toEqual({ cluster, instanceId: 'instanceone' });
  expect(await marksIn(world, root)).toEqual([{ path: directory, owner: { cluster, instanceId: 'instanceone' } }]);
});

test("a mark that was begun and not ended is nobody's, and stands in nobody's way", async () => {
  const directory = join(root, 'thing');
  await world.files.makeDirectory(directory);
  await writeFile(join(directory, 'mark.json'), '{"cluster":"clus');
  expect(await markOf(world, directory)).toBeUndefined();
  await claim(world, directory, mine);
  expect(await markOf(world, directory)).toMatchObject({ instanceId: 'instanceone' });
});

test('what is released is gone with everything in it, and again is no error', async () => {
  const directory = join(root, 'thing');
  await claim(world, directory, mine);
  await world.files.makeDirectory(join(directory, 'deep', 'deeper'));
  await writeFile(join(directory, 'deep', 'deeper', 'file'), 'x');
  await release(world, directory);
  await release(world, directory);
  expect(await readdir(root)).toEqual([]);
});
