import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseInstanceId } from '#engine/address.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { writeDescription } from '#providers/local/machine/description.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';
import { sha256Hex } from '#std/hash.ts';
import { Desk, FOREVER } from './support/desk.ts';

const DISK = 'what a machine starts from';
const ID = sha256Hex(DISK);

/** As it came. */
async function imageAt(desk: Desk): Promise<string> {
  const directory = join(localPlaces(desk.places.local).images, ID);
  await mkdir(directory, { recursive: true });
  const form = { format: 1, digest: ID, system: 'debian-13', architecture: 'amd64', diskFormat: 'raw' };
  const origin = { from: 'file', name: 'mine.raw' };
  await writeFile(join(directory, 'image.json'), JSON.stringify({ ...form, rootDevice: '/dev/vda', origin }));
  await writeFile(join(directory, 'disk.raw'), DISK);
  await writeFile(join(directory, 'size'), String(DISK.length));
  return directory;
}

/** Of a cluster that nobody knows any more: it stands there all the same. */
async function machineOn(desk: Desk, imageId: string): Promise<string> {
  const { random, workshop } = desk.ports();
  const machine = localPlaces(desk.places.local).of(newClusterUid(random)).machine(parseInstanceId('machineone'));
  await mkdir(machine.root, { recursive: true });
  await writeDescription({ ...desk.ports(), disk: (await workshop()).disk }, machine.description, {
    format: 1,
    title: 'dev/worker-1',
    uuid: 'u',
    architecture: 'amd64',
    type: 'tiny',
    vcpus: 1,
    memoryMiB: 1_024,
    zone: 'local-1a',
    imageId,
    systemDiskGiB: 10,
    dataDisksGiB: [],
    mac: { outside: '52:54:00:00:00:01', segment: '52:54:00:00:00:02' },
    privateAddress: '10.42.0.9',
    segmentSocket: '/s',
    isOffline: false,
    forwards: [],
  });
  return machine.root;
}

test('where nothing was ever made there is no image', async () => {
  await using desk = await Desk.alone();
  const { images } = desk.app();
  expect([await images.list(), await images.verify(undefined, FOREVER)]).toEqual([[], []]);
  await expect(images.remove('ab12ab12')).rejects.toMatchObject({ code: 'local.image-missing' });
});

test('an image is listed, and what happened to it since is seen', async () => {
  await using desk = await Desk.alone();
  const { images } = desk.app();
  const directory = await imageAt(desk);
  expect(await images.list()).toMatchObject([
    { id: ID, is: { system: 'debian-13', architecture: 'amd64', origin: 'file' }, lastUsedMs: undefined },
  ]);
  expect(await images.verify(ID.slice(0, 12), FOREVER)).toEqual([{ id: ID, isWhole: true }]);
  await writeFile(join(directory, 'disk.raw'), DISK.toUpperCase());
  expect(await images.verify(undefined, FOREVER)).toEqual([{ id: ID, isWhole: false }]);
  await writeFile(join(directory, 'image.json'), '{');
  expect(await images.list()).toMatchObject([{ id: ID, is: undefined }]);
});

test('an image stays as long as a machine stands on it, of whichever cluster', async () => {
  await using desk = await Desk.alone();
  const { images } = desk.app();
  const directory = await imageAt(desk);
  await machineOn(desk, 'ff'.repeat(32));
  const machine = await machineOn(desk, ID);
  await expect(images.remove(ID)).rejects.toMatchObject({
    code: 'local.image-in-use',
    detail: `${ID.slice(0, 12)}: dev/worker-1.`,
  });
  await rm(machine, { recursive: true });
  expect(await images.remove(ID.slice(0, 12))).toMatchObject({ id: ID });
  expect(await readdir(join(directory, '..'))).not.toContain(ID);
});

test('only what is known how to build is built', async () => {
  await using desk = await Desk.alone();
  const order = { system: 'debian-7', packages: [], hear: () => undefined };
  await expect(desk.app().images.build(order, FOREVER)).rejects.toMatchObject({
    code: 'local.build-failed',
    detail: 'Of debian-7 no image is built here, only of debian-13.',
  });
  await expect(
    desk.app().images.build({ ...order, system: 'debian-13', packages: ['no such name'] }, FOREVER),
  ).rejects.toMatchObject({ detail: 'No Debian package is called "no such name".' });
});
