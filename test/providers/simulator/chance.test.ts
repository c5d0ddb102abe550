import { describe, expect, test } from 'vitest';
import { Chance, hashText } from '#providers/simulator/chance.ts';

const DRAWS = 10_000;

function draws(chance: Chance, count = DRAWS): readonly number[] {
  return Array.from({ length: count }, () => chance.float());
}

describe('chance', () => {
  test('draws the same for the same strand, something else for a neighbour in any of its numbers', () => {
    const first = draws(new Chance(1, 2, 3), 20);
    expect(draws(new Chance(1, 2, 3), 20)).toEqual(first);
    for (const neighbour of [new Chance(2, 2, 3), new Chance(1, 3, 3), new Chance(1, 2, 4)]) {
      expect(draws(neighbour, 20).filter((drawn) => first.includes(drawn))).toEqual([]);
    }
  });

  test('is spread evenly, also over the first draws of neighbouring strands', () => {
    const firsts = Array.from({ length: DRAWS }, (_, index) => new Chance(7, 1, index).float());
    for (const drawn of [draws(Chance.of('seed')), firsts]) {
      const tenths = Map.groupBy(drawn, (value) => Math.floor(value * 10));
      expect(tenths.size).toBe(10);
      for (const { length } of tenths.values()) expect(Math.abs(length - DRAWS / 10)).toBeLessThan(150);
    }
  });

  test('of 0 never happens and of 1 always does', () => {
    const chance = Chance.of('seed');
    expect(Array.from({ length: 100 }, () => chance.happens(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => chance.happens(1))).not.toContain(false);
  });

  test('picks from what there is', () => {
    const chance = Chance.of('seed');
    const picked = Array.from({ length: 100 }, () => chance.pick(['a', 'b', 'c']));
    expect(new Set(picked)).toEqual(new Set(['a', 'b', 'c']));
    expect(chance.pick([])).toBeUndefined();
  });

  test('makes ids as AWS writes them', () => {
    const chance = Chance.of('seed');
    expect(chance.ec2Id('vpc')).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(chance.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(chance.hex(5)).toHaveLength(5);
    const ids = Array.from({ length: 1_000 }, (_, index) => new Chance(7, index, 1).ec2Id('i'));
    expect(new Set(ids).size).toBe(1_000);
  });

  test('tells names apart, not just their letters', () => {
    expect(hashText('a')).toBe(0xe40c292c);
    expect(Chance.of('s', 'ab', 'c').float()).not.toBe(Chance.of('s', 'a', 'bc').float());
  });
});
