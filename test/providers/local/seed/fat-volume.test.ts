import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fatVolume, VOLUME_BYTES_MAX } from '#providers/local/seed/fat-volume.ts';
import { readFat } from './support/read-fat.ts';

const SEED_FILES = [
  { name: 'user-data', bytes: Buffer.from('#cloud-config\n{}\n') },
  { name: 'meta-data', bytes: Buffer.from('instance-id: one\n') },
  { name: 'network-config', bytes: Buffer.from('version: 2\n') },
];

describe('a volume', () => {
  test('gives back its label and its files, by names that are longer than old systems know', () => {
    const { label, files, shortNames } = readFat(fatVolume('CIDATA', SEED_FILES));
    expect(label).toBe('CIDATA');
    expect([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['user-data', '#cloud-config\n{}\n'],
      ['meta-data', 'instance-id: one\n'],
      ['network-config', 'version: 2\n'],
    ]);
    expect(shortNames).toEqual(['USER-D~1   ', 'META-D~2   ', 'NETWOR~3   ']);
  });

  test('is the same to the last byte whenever it is made', () => {
    const volume = fatVolume('CIDATA', SEED_FILES);
    expect(volume.length).toBe(262_144);
    expect(createHash('sha256').update(volume).digest('hex')).toMatchInlineSnapshot(
      `"0cb3fdc6902fec6106eec187bffc0a54be2bf4a32531c7a1dfed9a1425b218a4"`,
    );
  });

  test('gives back any files that fit, whatever their sizes', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,25}$/);
    const size = fc.oneof(fc.constantFrom(0, 1, 511, 512, 513, 1_024), fc.nat(20_000));
    const file = fc.tuple(name, size).map(([key, length]) => [key, Buffer.alloc(length, key)] as const);
    const files = fc.uniqueArray(file, { selector: ([key]) => key, maxLength: 9 });
    fc.assert(
      fc.property(files, (written) => {
        const volume = fatVolume(
          'DATA',
          written.map(([key, bytes]) => ({ name: key, bytes })),
        );
        const read = readFat(volume).files;
        expect([...read.keys()]).toEqual(written.map(([key]) => key));
        for (const [key, bytes] of written) expect(bytes.equals(Buffer.from(read.get(key) ?? []))).toBe(true);
      }),
    );
  });

  test('takes exactly as much as it says, and not a byte more', () => {
    const full = Buffer.alloc(VOLUME_BYTES_MAX, 'x');
    expect(readFat(fatVolume('FULL', [{ name: 'all', bytes: full }])).files.get('all')).toEqual(full);
    const more = { name: 'more', bytes: Buffer.alloc(1) };
    expect(() => fatVolume('FULL', [{ name: 'all', bytes: full }, more])).toThrow(
      `The files fit into the ${VOLUME_BYTES_MAX} bytes of the volume.`,
    );
  });

  test.each(['', 'Capital', 'a.b', '-a', 'ä', 'a'.repeat(27)])('refuses the name %j', (name) => {
    expect(() => fatVolume('DATA', [{ name, bytes: Buffer.alloc(1) }])).toThrow('A name has');
  });

  test.each(['', 'small', 'TWELVELETTER'])('refuses the label %j', (label) => {
    expect(() => fatVolume(label, [])).toThrow('A label has up to eleven capital letters and digits.');
  });
});
