import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '#std/hash.ts';
import { storedGzip } from '#std/stored-gzip.ts';
import { tarArchive } from '#std/tar.ts';

describe('an archive', () => {
  test('is read by the system, with names, rights and bytes as they were, and without an age', () => {
    const name = fc
      .array(fc.stringMatching(/^[a-z0-9][\w.-]{0,12}$/), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc.constantFrom(512, 1_024).map((size) => Buffer.alloc(size, 1)),
    );
    const entry = fc.record({ name, mode: fc.constantFrom(0o755, 0o644), bytes });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 1 }), (entries) => {
        const [{ name: only, mode, bytes: content } = { name: '', mode: 0, bytes: new Uint8Array() }] = entries;
        const archive = tarArchive(entries);
        const told = execFileSync('tar', ['-tvf', '-', '--utc'], { input: archive, encoding: 'utf8' });
        const rights = mode === 0o755 ? '-rwxr-xr-x' : '-rw-r--r--';
        expect(told.trimEnd().split(/ +/)).toEqual([rights, '0/0', `${content.length}`, '1970-01-01', '00:00', only]);
        const read = execFileSync('tar', ['-xOf', '-', only], { input: archive });
        expect(Buffer.compare(read, content)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('is the same whatever order its files were named in', () => {
    const [a, b] = ['a', 'b'].map((name) => ({ name, mode: 0o644, bytes: Buffer.from(name) }));
    expect(a !== undefined && b !== undefined && Buffer.compare(tarArchive([a, b]), tarArchive([b, a]))).toBe(0);
  });

  test('is what it was, to the last byte', () => {
    const archive = storedGzip(tarArchive([{ name: 'stages/a.sh', mode: 0o755, bytes: Buffer.from('#!/bin/sh\n') }]));
    expect(sha256Hex(Buffer.from(archive).toString('hex'))).toMatchInlineSnapshot(
      `"d496c4d0288f654e1b30093de0512db7a8be20131cccc541581bcf415e42ed8a"`,
    );
  });

  test.each(['/etc/passwd', 'a/../../b', 'x'.repeat(101)])('does not take a file named %s', (name) => {
    expect(() => tarArchive([{ name, mode: 0o644, bytes: new Uint8Array() }])).toThrow(/archive/);
  });
});

describe('a gzip file that stores', () => {
  test.each([0, 1, 65_534, 65_535, 65_536, 131_070, 200_000])('gives %i bytes back to any reader', (size) => {
    const bytes = Buffer.alloc(size, 'content');
    const file = storedGzip(bytes);
    expect(Buffer.compare(gunzipSync(file), bytes)).toBe(0);
    const read = execFileSync('gzip', ['-dc'], { input: file, maxBuffer: 2 ** 20 });
    expect(Buffer.compare(read, bytes)).toBe(0);
  });
});
