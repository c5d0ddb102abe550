import { expect, test } from 'vitest';
import { LETTER, stageLetter } from '#host/protocol.ts';
import { isForMachine, isFromMachine } from '#providers/local/mailbox/letter-names.ts';

test('the letters of the protocol go the way that it says', () => {
  const stages = ['network', 'control-plane', 'ready'];
  const names = [...Object.values(LETTER), ...stages.map((stage) => stageLetter(stages, stage)), 'settled-abcdefgh'];
  expect(names.filter(isFromMachine)).toEqual([
    'hello',
    'failed',
    'left',
    'stage-01-network',
    'stage-02-control-plane',
    'stage-03-ready',
  ]);
  expect(names.filter(isForMachine)).toEqual(['welcome', 'leave']);
});
