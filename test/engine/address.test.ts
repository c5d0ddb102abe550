import { describe, expect, test } from 'vitest';
import {
  deriveInstanceId,
  deriveToken,
  isAddress,
  isClusterUid,
  isInstanceId,
  parseAddress,
  parseClusterUid,
  parseInstanceId,
} from '#engine/address.ts';
import { problem } from '#engine/problem.ts';

describe('an address', () => {
  test.each(['vpc', 'network.vpc', 'node.worker-3', 'zone.eu-central-1a.3', 'a'.repeat(160)])('may be %s', (text) => {
    expect(parseAddress(text)).toBe(text);
  });

  test.each([
    '',
    '.vpc',
    'network.',
    'network..vpc',
    'Network',
    'net work',
    '3node',
    '-node',
    'a/b',
    'nöde',
    'a\n',
    'a'.repeat(161),
  ])('may not be %j', (text) => {
    expect(isAddress(text)).toBe(false);
    expect(() => parseAddress(text)).toThrow(problem('address.invalid', { detail: `"${text}" is not an address.` }));
  });
});

describe('an instance id and a cluster uid', () => {
  test.each(['short77', 'With-Capitals', 'with_underscore', 'a'.repeat(53), ''])('may not be %j', (text) => {
    expect([isInstanceId(text), isClusterUid(text)]).toEqual([false, false]);
    expect(() => parseInstanceId(text)).toThrow(
      problem('address.invalid', { detail: `"${text}" is not an instance id.` }),
    );
    expect(() => parseClusterUid(text)).toThrow(
      problem('address.invalid', { detail: `"${text}" is not a cluster uid.` }),
    );
  });
});

const cluster = parseClusterUid('cluster1');
const other = parseClusterUid('cluster2');
const vpc = parseAddress('network.vpc');
const subnet = parseAddress('network.subnet');

describe('the id of an instance', () => {
  test('is the same in every process and every version: it is on objects in the cloud', () => {
    expect(deriveInstanceId(cluster, vpc, 1)).toMatchInlineSnapshot(`"vbkbyge2zqv32vr5j5h265leolyqdrxw"`);
  });

  test('differs by cluster, address and incarnation', () => {
    const ids = [cluster, other].flatMap((uid) =>
      [vpc, subnet].flatMap((address) => [1, 2, 11].map((incarnation) => deriveInstanceId(uid, address, incarnation))),
    );
    expect(new Set(ids).size).toBe(12);
    expect(ids.every(isInstanceId)).toBe(true);
  });
});

describe('a token', () => {
  const seed = { instanceId: deriveInstanceId(cluster, vpc, 1), variant: 'eu-1a', attempt: 1 };

  test('is the same in every process and every version: a resumed request must carry it again', () => {
    expect(deriveToken(seed)).toMatchInlineSnapshot(`"zvzqoksp7liuzfwxkh66kbsa2bm2biecj6s4fach3uus725mw6mq"`);
  });

  test('differs by instance, zone and attempt', () => {
    const tokens = [1, 2].flatMap((incarnation) =>
      ['', 'eu-1a', 'eu-1b', 'eu-1a1'].flatMap((variant) =>
        [1, 2, 11].map((attempt) =>
          deriveToken({ instanceId: deriveInstanceId(cluster, vpc, incarnation), variant, attempt }),
        ),
      ),
    );
    expect(new Set(tokens).size).toBe(24);
  });

  test('fits the narrowest service: at most 64 letters and digits', () => {
    expect(deriveToken(seed)).toMatch(/^[a-z0-9]{1,64}$/);
  });
});
