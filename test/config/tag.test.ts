import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTagKey, checkTagValue, TAGS_MAX } from '#config/tag.ts';
import { WrittenFile } from '#config/written-file.ts';
import { MINIMAL, refusalOf, specOf } from './support/loading.ts';

describe('tags', () => {
  test('are in the cluster as they are in the file, and absent when the file has none', async () => {
    expect((await specOf(`${MINIMAL}tags: { team: web, cost-centre: "4711" }\n`)).tags).toEqual({
      team: 'web',
      'cost-centre': '4711',
    });
    expect(await specOf(MINIMAL)).not.toHaveProperty('tags');
    expect(await specOf(`${MINIMAL}tags: {}\n`)).toEqual(await specOf(MINIMAL));
  });

  test('are refused with what is wrong, what to write instead and why, each in its own place', async () => {
    const { detail } = await refusalOf(`${MINIMAL}tags:\n  Name: "blog "\n  team: R&D\n  Team: web\n`);
    expect(detail).toMatchInlineSnapshot(`
      "cluster.yaml: 4 errors.

      cluster.yaml:6:3  tags.Name  (config.tag-reserved)
        "Name" is reserved. The tag "Name" shows which part of the cluster a thing is. Choose another one.
        6 │   Name: "blog "
          │   ^^^^
        It has a meaning of its own already, to AWS, to the cluster or to programs.

      cluster.yaml:6:9  tags.Name  (config.tag-invalid)
        "blog " begins or ends with a blank. Write "blog".
        6 │   Name: "blog "
          │         ^^^^^^^
        The provider refuses the tag on some of the things that are to carry it.

      cluster.yaml:7:9  tags.team  (config.tag-invalid)
        "R&D" has "&" in it. It may have letters, digits, spaces and _ . : / = + - @ only.
        7 │   team: R&D
          │         ^^^
        The provider refuses the tag on some of the things that are to carry it.

      cluster.yaml:8:3  tags.Team  (config.duplicate-key)
        "Team" differs from "team" above in case only, and IAM takes them for one. Keep one of them.
        8 │   Team: web
          │   ^^^^
        Only one of the two can count, and which one depends on the reader."
    `);
  });

  test('are counted, and the first one too many is told once', async () => {
    const tags = Array.from({ length: TAGS_MAX + 3 }, (_, index) => `  k${index + 1}: v\n`).join('');
    const { detail } = await refusalOf(`${MINIMAL}tags:\n${tags}`);
    expect(detail).toMatchInlineSnapshot(`
      "cluster.yaml: 1 error.

      cluster.yaml:14:3  tags.k9  (config.out-of-range)
        This is one tag more than 8: a hosted zone of Route 53 takes ten, and two are the cluster's own. Keep those that costs and ownership are told by.
        14 │   k9: v
           │   ^^
        No cluster can be made with it."
    `);
  });

  test('that are as many and as long as may be are taken', async () => {
    const tags = Object.fromEntries(
      Array.from({ length: TAGS_MAX }, (_, index) => [String(index).repeat(128), 'v'.repeat(256)]),
    );
    expect((await specOf(`${MINIMAL}tags: ${JSON.stringify(tags)}\n`)).tags).toEqual(tags);
  });
});

test('tags that the rules take come out of the file as they went in, and others are refused', async () => {
  const letter = fc.constantFrom(...' :=/@+-_.aAbBzé部0-9'.split(''));
  const word = fc.oneof(
    fc.string({ unit: letter, maxLength: 5 }),
    fc.constantFrom('no', '12', 'Name', 'aws:', 'token'),
  );
  const seen = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.dictionary(word, word, { maxKeys: TAGS_MAX + 1 }), async (tags) => {
      const keys = Object.keys(tags);
      const isTaken =
        keys.every((key, index) => key !== 'token' && checkTagKey(key, keys.slice(0, index)) === undefined) &&
        Object.values(tags).every((value) => checkTagValue(value) === undefined);
      seen[isTaken ? 'taken' : 'refused'] += 1;
      const outcome = await specOf(`${MINIMAL}tags: ${JSON.stringify(tags)}\n`).then(
        (spec) => ({ ...spec.tags }),
        () => 'refused',
      );
      expect(outcome).toEqual(isTaken ? { ...tags } : 'refused');
    }),
    { numRuns: 500 },
  );
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50);
});

describe('a tag', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['', 'It is empty.'],
    ['a'.repeat(129), 'This key has 129 characters; the longest has 128.'],
    [' a', '" a" begins or ends with a blank. Write "a".'],
    ['aws:a', '"aws:a" is reserved. AWS keeps all that begins with "aws:" to itself. Choose another one.'],
    ['NAME', '"NAME" is reserved. The tag "Name" shows which part of the cluster a thing is. Choose another one.'],
  ];

  test.each(wrong)('says what is wrong with its key: %j', (key, words) => {
    const flaw = checkTagKey(key, []);
    expect([flaw?.what, flaw?.instead].filter(Boolean).join(' ')).toBe(words);
  });

  test.each(['team', 'aws', 'laws:a', 'rename', 'Name of it', 'bootstrap', 'kubernetes.io/cluster/blog', '名前', '٣'])(
    'may be called %s',
    (key) => {
      expect(checkTagKey(key, [])).toBeUndefined();
    },
  );

  test('has the characters that IAM takes, and no others', () => {
    // The pattern of IAM, less the separators that cannot be told from a plain space.
    const iam = /^[\p{L}\p{N} _.:/=+\-@]*$/u;
    const isTaken = (text: string) => iam.test(text) && text === text.trim() && !/^aws:/i.test(text);
    const letter = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(...` _.:/=+-@aZ09éß部٣,;<>"'\\[]{}()!?#$%&*|~^\``.split('')),
    );
    const text = fc.oneof(
      fc.string({ unit: letter, maxLength: 12 }),
      fc.tuple(fc.constantFrom('aws:', 'AWS:', 'aws', ''), fc.string({ maxLength: 6 })).map((parts) => parts.join('')),
    );
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(text, (value) => {
        expect(checkTagValue(value) === undefined).toBe(isTaken(value));
        seen[isTaken(value) ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(200);
  });
});

test('the schema takes what the file takes, and loses no tag that it takes', () => {
  const minimal = { name: 'blog', provider: 'aws', domain: 'blog.example.com' };
  const read = (tags: unknown) => WrittenFile.safeParse({ ...minimal, tags }).data?.tags;
  expect(read({ team: 'web', constructor: 'x', toString: 'y' })).toEqual({
    team: 'web',
    constructor: 'x',
    toString: 'y',
  });
  for (const tags of [{ team: 'web', Team: 'web' }, { 'aws:a': 'x' }, { team: 'R&D' }, { team: 1 }, { '': 'x' }]) {
    expect(read(tags)).toBeUndefined();
  }
});
