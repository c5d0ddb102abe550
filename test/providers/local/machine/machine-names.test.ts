import { expect, test } from 'vitest';
import { parseInstanceId } from '#engine/address.ts';
import { macsOf, uuidOf } from '#providers/local/machine/machine-names.ts';

const one = parseInstanceId('instanceone');
const two = parseInstanceId('instancetwo');

test('a machine has one uuid for ever, and no other has it', () => {
  expect(uuidOf(one)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf(one)).toBe(uuidOf(one));
  expect(uuidOf(one)).not.toBe(uuidOf(two));
});

test('its two cards are told apart from one another and from those of others', () => {
  const cards = [macsOf(one), macsOf(two)].flatMap(({ outside, segment }) => [outside, segment]);
  expect(new Set(cards).size).toBe(4);
  expect(cards.every((mac) => /^52:54:0[01](:[0-9a-f]{2}){3}$/.test(mac))).toBe(true);
});
