import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageForm } from '#providers/local/image/image-form.ts';
import { digestOf, FOREVER, ImageStand, qcow2, rawDisk } from './support/image-stand.ts';

const WANTED = { system: 'debian-13', architecture: 'amd64' } as const;

let stand: ImageStand;
beforeEach(async () => {
  stand = await ImageStand.open();
});
afterEach(() => stand[Symbol.asyncDispose]());

describe('a file', () => {
  test.each([
    ['qcow2', qcow2()],
    ['qcow2', qcow2('old', { version: 2 })],
    ['raw', rawDisk()],
  ] as const)('of format %s is copied into the cache under its digest', async (diskFormat, bytes) => {
    const path = await stand.write('my.img', bytes);
    const entry = await stand.store().import({ path, wanted: WANTED, signal: FOREVER });
    const id = digestOf(bytes);
    expect(entry).toEqual({
      id,
      diskFormat,
      rootDevice: '/dev/vda1',
      boot: undefined,
      disk: join(stand.images, id, `disk.${diskFormat}`),
      form: {
        format: 1,
        digest: id,
        ...WANTED,
        diskFormat,
        rootDevice: '/dev/vda1',
        origin: { from: 'file', name: 'my.img' },
      },
    });
    expect(digestOf(await stand.ground.disk.readBytes(entry.disk))).toBe(id);
    expect(await stand.tree()).toEqual(
      [id, `${id}/disk.${diskFormat}`, `${id}/image.json`, `${id}/size`, 'making'].toSorted(),
    );
  });

  const cutOff = qcow2('cut', { l1Entries: 100_000 });
  const iso = Buffer.alloc(65_536);
  iso.write('CD001', 32_769);
  iso.writeUInt16BE(0x55_aa, 510);
  test.each<[string, Uint8Array | string, string]>([
    ['nothing', '', 'It is empty.'],
    ['a text', 'hello', 'It is neither qcow2 nor a whole number of sectors, as a raw disk is.'],
    [
      'a raw disk without a first sector',
      Buffer.alloc(5_120),
      'It is neither qcow2 nor a raw disk that starts: nothing is in its first sector that could.',
    ],
    [
      'an overlay',
      qcow2('over', { backingFile: true }),
      'It is only what differs from another file (a backing file), which could change or go. Make one file of both with qemu-img convert.',
    ],
    ['an encrypted disk', qcow2('secret', { encryption: 2 }), 'It is encrypted.'],
    [
      'a disk with its data elsewhere',
      qcow2('far', { features: 4n }),
      'Its data are in another file. Make one file of both with qemu-img convert.',
    ],
    ['a damaged disk', qcow2('bad', { features: 2n }), 'It is marked as damaged. See qemu-img check.'],
    [
      'a disk that was in use',
      qcow2('used', { features: 1n }),
      'It was in use when its machine ended, and was not put in order since: qemu-img check -r all does that.',
    ],
    [
      'a disk from the future',
      qcow2('new', { features: 1n << 40n }),
      'It has features of qcow2 that are not known here.',
    ],
    ['qcow2 of version 7', qcow2('seven', { version: 7 }), 'It is qcow2 of version 7; known are 2 and 3.'],
    ['qcow2 without a size', qcow2('none', { virtualBytes: 0n }), 'It is a disk of no size.'],
    [
      'qcow2 with strange clusters',
      qcow2('odd', { clusterBits: 40 }),
      'Its qcow2 header makes no sense: the size of its clusters.',
    ],
    ['a cut off disk', cutOff, 'It is cut off: its table lies behind its end.'],
    ['a cut off header', qcow2().subarray(0, 60), 'Its qcow2 header is cut off.'],
    [
      'a CD',
      iso,
      'It is a CD (ISO 9660): take the cloud image of that system, not its installer. Disks are qcow2 or raw here.',
    ],
    ['a VMDK', `KDMV${'\0'.repeat(1_020)}`, 'It is a VMDK. Disks are qcow2 or raw here.'],
    ['a VHD', `conectix${'\0'.repeat(504)}`, 'It is a VHD. Disks are qcow2 or raw here.'],
    [
      'a packed disk',
      Buffer.from('fd377a585a000004', 'hex'),
      'It is compressed with xz: unpack it first. Disks are qcow2 or raw here.',
    ],
  ])('that is %s is refused, and nothing of it is kept', async (_what, bytes, why) => {
    const path = await stand.write('my.img', bytes);
    const imported = stand.store().import({ path, wanted: WANTED, signal: FOREVER });
    await expect(imported).rejects.toMatchObject({ code: 'local.image-unusable', detail: `${path}: ${why}` });
    expect((await stand.tree()).filter((name) => name !== 'making')).toEqual([]);
  });

  test('that is not there, or says nothing of itself, is refused', async () => {
    const path = await stand.write('my.img', qcow2());
    await expect(stand.store().import({ path: `${path}2`, wanted: WANTED, signal: FOREVER })).rejects.toMatchObject({
      detail: `${path}2: There is no such file.`,
    });
    await expect(stand.store().import({ path, signal: FOREVER })).rejects.toMatchObject({
      detail: `${path}: A disk alone does not say of what system and architecture it is.`,
    });
  });

  test('that is to have another digest is not kept', async () => {
    const path = await stand.write('my.img', qcow2());
    for (const algorithm of ['sha256', 'sha512'] as const) {
      const value = digestOf('other', algorithm);
      const imported = stand.store().import({ path, wanted: WANTED, digest: { algorithm, value }, signal: FOREVER });
      await expect(imported).rejects.toMatchObject({
        code: 'local.image-digest',
        detail: `${path} was to be ${algorithm}:${value} and is ${algorithm}:${digestOf(qcow2(), algorithm)}. Nothing of it was kept.`,
      });
    }
    expect(await stand.tree()).toEqual(['making']);
  });
});

describe('a directory that was built', () => {
  // Nothing starts from this disk by itself: there is a kernel beside it.
  const disk = Buffer.alloc(8_192, 'ext4');
  const form: ImageForm = {
    format: 1,
    digest: digestOf(disk),
    ...WANTED,
    diskFormat: 'raw',
    rootDevice: '/dev/vda',
    boot: { kernel: 'vmlinuz', initrd: 'initrd.img', append: 'root=/dev/vda rw' },
    origin: { from: 'build', archives: ['deb http://deb.example/debian trixie main'] },
    packages: ['cloud-init 25.1'],
  };

  async function build(
    changed: Partial<ImageForm> = {},
    files: Readonly<Record<string, Uint8Array | string>> = {},
  ): Promise<string> {
    const directory = join(stand.root, 'built');
    await mkdir(directory);
    const all = {
      'disk.raw': disk,
      vmlinuz: 'kernel',
      'initrd.img': 'initrd',
      'image.json': JSON.stringify({ ...form, ...changed }),
      ...files,
    };
    for (const [name, bytes] of Object.entries(all))
      if (bytes !== 'absent') await writeFile(join(directory, name), bytes);
    return directory;
  }

  test('comes with its kernel, and is what it says of itself', async () => {
    const path = await build();
    const entry = await stand.store().import({ path, signal: FOREVER });
    expect(entry).toMatchObject({ id: digestOf(disk), rootDevice: '/dev/vda', form });
    expect(entry.boot).toEqual({
      kernel: join(stand.images, entry.id, 'vmlinuz'),
      initrd: join(stand.images, entry.id, 'initrd.img'),
      append: 'root=/dev/vda rw',
    });
    expect(await stand.ground.files.read(entry.boot?.kernel ?? '')).toBe('kernel');
  });

  test.each<[string, Partial<ImageForm>, Record<string, string>, string]>([
    [
      'without a description',
      {},
      { 'image.json': 'absent' },
      'There is no image.json in it as "bootstrap image build" writes one.',
    ],
    [
      'with half a description',
      {},
      { 'image.json': '{"format":1' },
      'There is no image.json in it as "bootstrap image build" writes one.',
    ],
    ['without its kernel', {}, { vmlinuz: 'absent' }, 'There is no vmlinuz in it.'],
    ['without its disk', {}, { 'disk.raw': 'absent' }, 'There is no disk.raw in it.'],
    ['for other processors', { architecture: 'arm64' }, {}, 'It is made for arm64, and the machines are to be amd64.'],
    ['of another system', { system: 'debian-12' }, {}, 'It is debian-12, and the machines are to be debian-13.'],
    [
      'whose kernel lies elsewhere',
      { boot: { kernel: '../vmlinuz', initrd: 'initrd.img', append: '' } },
      {},
      'There is no image.json in it as "bootstrap image build" writes one.',
    ],
  ])('%s is refused', async (_what, changed, files, why) => {
    const path = await build(changed, files);
    const imported = stand.store().import({ path, wanted: WANTED, signal: FOREVER });
    await expect(imported).rejects.toMatchObject({ code: 'local.image-unusable', detail: `${path}: ${why}` });
  });

  test('whose disk is another one than it says is not kept', async () => {
    const path = await build({}, { 'disk.raw': '\u0001'.repeat(8_192) });
    await expect(stand.store().import({ path, signal: FOREVER })).rejects.toMatchObject({ code: 'local.image-digest' });
    expect(await stand.tree()).toEqual(['making']);
  });
});
