import { expect, test } from 'vitest';
import { diskHead, loaderScript, PARTITION_OFFSET_BYTES } from '#providers/local/image/build/boot-loader.ts';

const MIB = 1_048_576;
const loader = { first: Buffer.alloc(512, 'F'), core: Buffer.alloc(1_000, 'C') };

test('the first sector has the loader’s code, then the table that tells where the one partition lies', () => {
  const head = Buffer.from(diskHead({ loader, signature: 0x12345678, partitionBytes: 768 * MIB }));
  expect(head.toString('latin1', 0, 440)).toBe('F'.repeat(440));
  expect(head.readUInt32LE(440)).toBe(0x12345678);
  expect(head.toString('hex', 446, 462)).toBe('80feffff83feffff0008000000001800');
  expect(head.toString('hex', 462, 512)).toBe('00'.repeat(48) + '55aa');
  expect(head.toString('latin1', 512)).toBe('C'.repeat(1_000));
});

test('a disk without a loader has its table all the same', () => {
  const head = Buffer.from(diskHead({ loader: undefined, signature: 1, partitionBytes: MIB }));
  expect(head.length).toBe(512);
  expect(head.toString('hex', 0, 440)).toBe('00'.repeat(440));
  expect(head.readUInt32LE(458)).toBe(2_048);
});

test('a loader that would reach into the file system is not written', () => {
  const core = Buffer.alloc(PARTITION_OFFSET_BYTES);
  expect(() => diskHead({ loader: { ...loader, core }, signature: 1, partitionBytes: MIB })).toThrow(
    'The boot loader lies before the file system.',
  );
});

test('machines of another architecture are started by whoever has their kernel', () => {
  expect(loaderScript('arm64')).toBeUndefined();
  expect(loaderScript('amd64')).toContain(
    'linux /boot/vmlinuz root=/dev/vda1 rw console=ttyS0\ninitrd /boot/initrd.img',
  );
});
