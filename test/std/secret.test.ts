import { format, inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Secret } from '#std/secret.ts';

const HIDDEN = 'correct horse battery staple';
const secret = new Secret(HIDDEN);

describe('a secret', () => {
  test('gives out its value to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(HIDDEN);
  });

  test.each<[string, string]>([
    ['String', String(secret)],
    ['a join', [secret, secret].join()],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { showHidden: true, depth: 9 })],
    ['a format', format('%s %o %O %j', secret, secret, secret, secret)],
    ['its keys', JSON.stringify(Object.entries(secret))],
    ['a copy', JSON.stringify(Object.assign({}, secret))],
    ['an error', inspect(new Error('refused', { cause: secret }))],
  ])('stays hidden in %s', (_way, shown) => {
    expect(shown).not.toContain(HIDDEN);
  });

  test('shows a fingerprint by which it can be told from another', () => {
    expect(String(secret)).toBe(`‹secret ${secret.fingerprint}›`);
    expect(secret.fingerprint).toMatch(/^[0-9a-f]{8}$/);
    expect(new Secret(HIDDEN).fingerprint).toBe(secret.fingerprint);
    expect(new Secret('another').fingerprint).not.toBe(secret.fingerprint);
  });
});
