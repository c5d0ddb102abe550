import { expect, test } from 'vitest';
import type { FaultRates } from '../faults.ts';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const SEEDS = Array.from({ length: 100 }, (_, index) => index + 1);

const wanted = blueprint((builder) => {
  builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label: 'first' });
});

/** Every network that was ever made, living or not: a stray that was swept away counts too. */
async function networksMade(seed: number, rates: FaultRates, applies: number): Promise<number> {
  const stand = new Stand(seed);
  stand.weather(rates);
  for (let count = 0; count < applies; count += 1) await stand.apply(wanted);
  await stand.rest();
  return stand.account.data.entries.size;
}

test.each<{ readonly befalls: string; readonly rates: FaultRates }>([
  { befalls: 'its answer is lost', rates: { 'reply-lost': 0.1, 'stale-read': 1 } },
  { befalls: 'its request is late', rates: { 'request-late': 0.3, 'stale-read': 1 } },
  { befalls: 'the service fails after it took effect', rates: { 'error-after-effect': 0.5, 'stale-read': 1 } },
])('what only a tag identifies is made once, also when $befalls', async ({ rates }) => {
  const made = await Promise.all(SEEDS.map((seed) => networksMade(seed, rates, 1)));
  expect(Math.max(...made)).toBe(1);
});

test('what was made a moment ago and is not to be seen yet is not made again', async () => {
  const made = await Promise.all(SEEDS.map((seed) => networksMade(seed, { 'stale-read': 1 }, 3)));
  expect(Math.max(...made)).toBe(1);
});
