import { expect, test } from 'vitest';
import fc from 'fast-check';
import { overlayAddress, podCidr, publicZoneCidr, slotOf, zoneCidr } from '#cluster/address-plan.ts';
import { ROLES } from '#cluster/roles.ts';

test('zones are eighths of the range of the machines', () => {
  expect([0, 1, 2, 5].map((zone) => zoneCidr('10.42.0.0/16', zone))).toEqual([
    '10.42.0.0/19',
    '10.42.32.0/19',
    '10.42.64.0/19',
    '10.42.160.0/19',
  ]);
});

test('public parts are eighths of the last eighth, and as small as a subnet may be', () => {
  expect([0, 1, 5].map((zone) => publicZoneCidr('10.42.0.0/16', zone))).toEqual([
    '10.42.224.0/22',
    '10.42.228.0/22',
    '10.42.244.0/22',
  ]);
  expect(publicZoneCidr('10.42.0.0/22', 5)).toBe('10.42.3.208/28');
  expect(() => publicZoneCidr('10.42.0.0/23', 0)).toThrow('The range 10.42.0.0/23 has room for public parts.');
});

test('a node has its addresses by its role and number, whatever the other roles do', () => {
  expect(overlayAddress('10.43.0.0/16', slotOf('control-plane', 1))).toBe('10.43.0.1');
  expect(overlayAddress('10.43.0.0/16', slotOf('worker', 200))).toBe('10.43.1.72');
  expect(podCidr('10.48.0.0/13', slotOf('storage', 2))).toBe('10.48.17.0/24');
});

test('no two nodes of a cluster share a slot', () => {
  const limits = { 'control-plane': 15, storage: 111, worker: 870 };
  const slots = ROLES.flatMap((role) =>
    role === 'converged' ? [] : Array.from({ length: limits[role] }, (_, index) => slotOf(role, index + 1)),
  );
  expect(new Set(slots).size).toBe(slots.length);
});

test('a range without room for a node is refused, not overrun', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 256, max: 2_000 }), (within, beyond) => {
      expect(podCidr('10.48.0.0/16', within)).toBe(`10.48.${within}.0/24`);
      expect(() => podCidr('10.48.0.0/16', beyond)).toThrow('has room for the pods of every node');
    }),
  );
});
