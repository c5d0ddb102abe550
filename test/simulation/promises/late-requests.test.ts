import { expect, test } from 'vitest';
import { toyNetwork } from '../toy-kinds.ts';
import { blueprint, Stand } from './stand.ts';

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

const labelled = (label: string) =>
  blueprint((builder) => {
    builder.declare(toyNetwork, 'network', { cidr: '10.0.0.0/16', label });
  });

test('an update whose request arrives late does not undo the one that came after it', async () => {
  const ends = await Promise.all(SEEDS.map(updateTwice));
  expect(ends).toEqual(SEEDS.map(() => 'third'));
});

async function updateTwice(seed: number): Promise<unknown> {
  const stand = new Stand(seed);
  await stand.apply(labelled('first'));
  stand.weather({ 'request-late': 0.3 });
  await stand.apply(labelled('second'));
  stand.weather({});
  await stand.apply(labelled('third'));
  await stand.rest();
  return stand.living('toy.network')[0]?.values['label'];
}
