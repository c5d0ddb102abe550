import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAddress, parseClusterUid, parseInstanceId, type InstanceId } from '#engine/address.ts';
import { localImage } from '#providers/local/image/local-image.ts';
import { digestOf, FOREVER, ImageStand, qcow2, rawDisk } from './support/image-stand.ts';

const INSTANCE = parseInstanceId('instanceone');
const CONTEXT = {
  cluster: parseClusterUid('clusteruid'),
  address: parseAddress('local-1.image.amd64'),
  instanceId: INSTANCE,
  signal: FOREVER,
  token: 'token',
  variant: '',
  lot: [INSTANCE],
  read: () => Promise.reject(new Error('The cache is asked without budget.')),
  mutate: () => Promise.reject(new Error('The cache is changed without a lease.')),
};
const INPUTS = { system: 'debian-13', architecture: 'amd64' } as const;

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

function session() {
  return { images: stand.store(), dismissed: new Set<InstanceId>() };
}

test('a choice is pinned: what is newer later is not looked for', async () => {
  const path = await stand.write('my.img', rawDisk());
  const outputs = await localImage.create(session(), CONTEXT, { ...INPUTS, id: path });
  expect(outputs).toEqual({ imageId: digestOf(rawDisk()), rootDevice: '/dev/vda1', isInCache: true });
  await rm(path);
  const inputs = { ...INPUTS, id: path };
  expect(await localImage.observe(session(), CONTEXT, { inputs, last: undefined })).toEqual({ state: 'absent' });
  expect(await localImage.observe(session(), CONTEXT, { inputs, last: outputs })).toEqual({
    state: 'present',
    outputs,
    owner: { cluster: CONTEXT.cluster, instanceId: INSTANCE },
    condition: { is: 'ready' },
  });
  expect(await localImage.sync(session(), CONTEXT, inputs, outputs)).toBe(outputs);
  expect(stand.server.requests).toEqual([]);
});

test('a choice that goes leaves the image to others', async () => {
  const path = await stand.write('my.img', rawDisk());
  const aware = session();
  const outputs = await localImage.create(aware, CONTEXT, { ...INPUTS, id: path });
  await localImage.destroy(aware, CONTEXT, outputs);
  expect(await localImage.observe(aware, CONTEXT, { inputs: INPUTS, last: outputs })).toEqual({ state: 'absent' });
  expect(await aware.images.entry(outputs.imageId)).toMatchObject({ id: outputs.imageId });
});

test('an emptied cache gets the very same image again, from where it was', async () => {
  const disk = qcow2('mirror');
  stand.server.files.set('/disk.img', { bytes: disk });
  const id = `${stand.server.urlOf('/disk.img').href}#sha512:${digestOf(disk, 'sha512')}`;
  const outputs = await localImage.create(session(), CONTEXT, { ...INPUTS, id });
  expect(outputs).toEqual({ imageId: digestOf(disk), rootDevice: '/dev/vda1', source: id, isInCache: true });
  await rm(stand.images, { recursive: true });
  const seen = await localImage.observe(session(), CONTEXT, { inputs: INPUTS, last: outputs });
  const missing = { ...outputs, isInCache: false };
  expect(seen).toMatchObject({ state: 'present', outputs: missing });
  expect(await localImage.sync(session(), CONTEXT, INPUTS, missing)).toEqual(outputs);
  expect(await stand.store().has(outputs.imageId, FOREVER)).toBe(true);
});

test('another file in the place of the one that was imported is not taken for it', async () => {
  const path = await stand.write('my.img', rawDisk('one'));
  const inputs = { ...INPUTS, id: path };
  const outputs = await localImage.create(session(), CONTEXT, inputs);
  await rm(stand.images, { recursive: true });
  await stand.write('my.img', rawDisk('two'));
  const again = localImage.sync(session(), CONTEXT, inputs, { ...outputs, isInCache: false });
  await expect(again).rejects.toMatchObject({ code: 'local.image-missing' });
});
