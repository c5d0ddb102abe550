import { expect, test } from 'vitest';
import { Because, explain } from '#engine/change.ts';
import { parseAddress } from '#engine/address.ts';

const host = parseAddress('node.worker-1');

const sentences: readonly [Because, string][] = [
  [{ reason: 'declared' }, 'declared and not there yet'],
  [{ reason: 'interrupted', while: 'creating' }, 'an earlier run stopped while creating it'],
  [{ reason: 'interrupted', while: 'updating' }, 'an earlier run stopped while updating it'],
  [{ reason: 'interrupted', while: 'destroying' }, 'an earlier run stopped while destroying it'],
  [{ reason: 'vanished' }, 'it was there and is gone'],
  [{ reason: 'inputs-changed', inputs: ['size', 'image'] }, 'size, image changed'],
  [{ reason: 'declaration-changed' }, 'its place among the other resources changed'],
  [{ reason: 'drifted', outputs: ['tier'] }, 'tier changed outside of this program'],
  [{ reason: 'broken', detail: 'it ended while starting' }, 'it ended while starting'],
  [{ reason: 'dependency-changes', inputs: ['vpcId'] }, 'vpcId known after apply'],
  [{ reason: 'host-replaced', host }, 'node.worker-1, which it lives in, is replaced'],
  [{ reason: 'host-goes', host }, 'it lives in node.worker-1, which goes'],
  [{ reason: 'not-declared' }, 'no longer declared'],
  [{ reason: 'superseded' }, 'a newer instance has taken its place'],
  [{ reason: 'retained' }, 'no longer declared; it is to be retained'],
  [{ reason: 'restored' }, 'an earlier instance fits what is declared'],
  [{ reason: 'adoption-asked', id: 'vpc-123' }, 'adoption of vpc-123 was asked for'],
  [{ reason: 'unreachable', detail: 'no route' }, 'it cannot be reached: no route'],
  [{ reason: 'unchanged' }, 'nothing differs'],
];

test.each(sentences)('%j is told in words', (because, sentence) => {
  expect(explain(because)).toBe(sentence);
});

test('every reason there is has its words above', () => {
  const told = new Set(sentences.map(([{ reason }]) => reason));
  const all = Because.options.flatMap(({ shape }) => [...shape.reason.values]);
  expect([...told].toSorted()).toEqual(all.toSorted());
});
