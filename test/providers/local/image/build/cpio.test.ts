import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CpioEntry, cpioArchive } from '#providers/local/image/build/cpio.ts';
import { entriesOf } from './support/cpio-reader.ts';

const path = fc.stringMatching(/^[a-z][a-z0-9.-]{0,30}(\/[a-z0-9.-]{1,20}){0,3}$/);
const entry: fc.Arbitrary<CpioEntry> = fc.oneof(
  fc.record({ kind: fc.constant('directory' as const), path }),
  fc.record({
    kind: fc.constant('file' as const),
    path,
    bytes: fc.uint8Array({ maxLength: 40 }),
    isProgram: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('link' as const), path, to: path }),
  fc.record({ kind: fc.constant('character' as const), path, major: fc.nat(255), minor: fc.nat(255) }),
);

test('every entry comes back out of the archive as it went in, in its order', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      expect(entriesOf(cpioArchive(entries))).toEqual(
        entries.map((each) => ({
          path: each.path,
          type: { directory: 0o040, file: 0o100, link: 0o120, character: 0o020 }[each.kind],
          permissions:
            each.kind === 'directory' || (each.kind === 'file' && each.isProgram === true)
              ? 0o755
              : { file: 0o644, link: 0o777, character: 0o600 }[each.kind],
          device: each.kind === 'character' ? [each.major, each.minor] : [0, 0],
          text:
            each.kind === 'file' ? Buffer.from(each.bytes).toString('hex') : each.kind === 'link' ? hex(each.to) : '',
        })),
      );
    }),
  );
});

test('the same entries are the same bytes, whenever they are packed', () => {
  const entries: readonly CpioEntry[] = [{ kind: 'file', path: 'init', bytes: Buffer.from('#!'), isProgram: true }];
  expect(cpioArchive(entries)).toEqual(cpioArchive(entries));
});

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
