import { expect, test } from 'vitest';
import { LETTER, renewalAnswers, renewalLetter, stageLetter, updateAnswers, updateLetter } from '#host/protocol.ts';
import { isForMachine, isFromMachine, questionTo } from '#providers/local/mailbox/letter-names.ts';

test('the letters of the protocol go the way that it says', () => {
  const stages = ['network', 'control-plane', 'ready'];
  const names = [
    ...Object.values(LETTER),
    ...stages.map((stage) => stageLetter(stages, stage)),
    renewalLetter(7),
    ...Object.values(renewalAnswers(7)),
    updateLetter(12),
    ...Object.values(updateAnswers(12)),
    'settled-abcdefgh',
  ];
  expect(names.filter(isFromMachine)).toEqual([
    'hello',
    'failed',
    'left',
    'stage-01-network',
    'stage-02-control-plane',
    'stage-03-ready',
    'renewed-07',
    'refused-07',
    'updated-12',
    'halted-12',
  ]);
  expect(names.filter(isForMachine)).toEqual(['welcome', 'leave', 'renewal-07', 'update-12']);
  expect(names.flatMap((name) => questionTo(name) ?? [])).toEqual([
    'leave',
    'renewal-07',
    'renewal-07',
    'update-12',
    'update-12',
  ]);
});
