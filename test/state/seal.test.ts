import fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isClusterUid } from '#engine/address.ts';
import { isProblem } from '#engine/problem.ts';
import { assert } from '#std/assert.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { Secret } from '#std/secret.ts';
import { mayHoldSealed, Seal } from '#state/seal.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { TEST_LINEAGE } from './support/bench.ts';

const ID = 'instance1';
const CANARY = 'correct horse battery staple';

function sealWith({ lineage = TEST_LINEAGE, keyByte = 1 } = {}): Seal {
  return new Seal({ lineage, key: new Uint8Array(32).fill(keyByte), random: new SeededRandom(4) });
}

/** The detail of the Problem that opening ends in, or what came of it instead. */
function whenOpened(value: unknown, seal = sealWith(), id = ID): string {
  try {
    return `opened: ${JSON.stringify(revealed(seal.open(value, id)))}`;
  } catch (error) {
    if (!isProblem(error, 'state.seal-broken')) throw error;
    return inspect(error, { depth: 9 }).includes(CANARY) ? 'the secret is in the Problem' : error.detail;
  }
}

/** What a reader of the store sees. */
function stored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('a secret', () => {
  test('is stored as ciphertext and comes back as a Secret', () => {
    const closed = sealWith().close({ user: 'root', password: new Secret(CANARY), keys: [new Secret('a'), 1] }, ID);
    expect(JSON.stringify(closed)).not.toContain(CANARY);
    expect(JSON.stringify(closed)).toMatch(/"password":\{"\$sealed":"v1(?:\.[\w-]+){3}"\}/);
    const opened = sealWith().open(stored(closed), ID);
    expect(revealed(opened)).toEqual({ user: 'root', password: `secret:${CANARY}`, keys: ['secret:a', 1] });
  });

  test('is never sealed the same way twice', () => {
    const seal = sealWith();
    expect(seal.close(new Secret(CANARY), ID)).not.toEqual(seal.close(new Secret(CANARY), ID));
  });

  test('opens nowhere but at its place, in its object, in its cluster, under its key', () => {
    const secret = stored(sealWith().close({ a: { b: new Secret(CANARY) } }, ID));
    const $sealed = sealedTextIn(secret);
    const other = 'othercluster';
    assert(isClusterUid(other), 'It is a uid.');
    expect(whenOpened({ a: { b: { $sealed } } })).toBe(`opened: {"a":{"b":"secret:${CANARY}"}}`);
    expect(whenOpened({ a: { c: { $sealed } } })).toBe('The secret at a.c of instance1 does not open.');
    expect(whenOpened({ b: { b: { $sealed } } })).toBe('The secret at b.b of instance1 does not open.');
    expect(whenOpened({ a: [{ $sealed }] })).toBe('The secret at a.0 of instance1 does not open.');
    expect(whenOpened({ $sealed })).toBe('The secret at the top of instance1 does not open.');
    expect(whenOpened(secret, sealWith(), 'instance2')).toBe('The secret at a.b of instance2 does not open.');
    for (const seal of [sealWith({ lineage: other }), sealWith({ keyByte: 2 })]) {
      expect(whenOpened(secret, seal)).toBe('The secret at a.b of instance1 does not open.');
    }
  });

  test('does not open when any character of it has changed to another', () => {
    const text = sealedTextIn(sealWith().close(new Secret(CANARY), ID));
    const opened = text.split('').flatMap((character, place) => {
      const changed = `${text.slice(0, place)}${character === 'A' ? 'Q' : 'A'}${text.slice(place + 1)}`;
      const outcome = whenOpened({ $sealed: changed });
      return outcome.startsWith('opened') ? [outcome] : [];
    });
    // The last character of a part may hold bits that belong to no byte.
    expect(opened.length).toBeLessThanOrEqual(3);
    expect(new Set([`opened: "secret:${CANARY}"`, ...opened]).size).toBe(1);
  });

  test.each([
    { $sealed: '' },
    { $sealed: 'v1' },
    { $sealed: 'v1...' },
    { $sealed: 'v2.a.b.c' },
    { $sealed: 'v1.a.b.c.d' },
    { $sealed: 7 },
    { $sealed: 'v1.a.b.c', extra: 1 },
  ])('is never made of %o', (value) => {
    expect(whenOpened(value)).toBe('The secret at the top of instance1 does not open.');
  });
});

describe('a value of the user', () => {
  test('that looks sealed stays what it is', () => {
    const looks = {
      $sealed: 'v1.a.b.c',
      deeper: [{ $$sealed: 1 }, { $sealed: { $sealed: new Secret(CANARY) } }],
      sealed: 1,
      $sealedx: 2,
    };
    const closed = sealWith().close(looks, ID);
    expect(Object.keys(closed ?? {})).toEqual(['$$sealed', 'deeper', 'sealed', '$sealedx']);
    expect(revealed(sealWith().open(stored(closed), ID))).toEqual(revealed(looks));
  });

  test('without secrets is not even copied', () => {
    const plain = { a: [1, { b: null }], c: 'x' };
    expect(sealWith().close(plain, ID)).toBe(plain);
    expect(mayHoldSealed(JSON.stringify(plain))).toBe(false);
  });

  test('of any shape comes back as it was', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('$sealed', '$$sealed', '__proto__', 'constructor', '0'));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
        fc.constantFrom(null, true, false),
        fc.string().map((text) => new Secret(text)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const closed = stored(sealWith().close(value, ID));
        expect(canonicalJson(revealed(sealWith().open(closed, ID)))).toBe(canonicalJson(revealed(value)));
      }),
      { numRuns: 400 },
    );
  });
});

function sealedTextIn(value: unknown): string {
  return /"\$sealed":"([^"]+)"/.exec(JSON.stringify(value))?.[1] ?? '';
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return `secret:${value.reveal()}`;
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)]));
}
