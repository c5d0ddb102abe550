import { beforeEach, describe, expect, test } from 'vitest';
import { type Phase, RotationStand } from './support/rotation-stand.ts';

const STEADY: Phase = { phase: undefined, leaf: 'old', believes: ['OLD'] };
const INTRODUCE: Phase = { phase: 'introduce', leaf: 'old', believes: ['OLD', 'NEW'] };
const SIGN: Phase = { ...INTRODUCE, phase: 'sign', leaf: 'new' };
const BOXES = ['box-1', 'box-2'];

let stand: RotationStand;

beforeEach(async () => {
  stand = new RotationStand();
  for (const box of BOXES) stand.boot(box);
  await stand.apply(STEADY, BOXES);
});

function take(number: string, boxes = BOXES): void {
  for (const box of boxes) stand.mailbox.post(box, `renewed-${number}`);
}

async function failuresOf(phase: Phase, meanwhile?: () => void): Promise<readonly string[]> {
  return (await stand.apply(phase, BOXES, meanwhile)).map(({ code, detail }) => `${code}: ${detail}`);
}

describe('a phase of a rotation', () => {
  test('is over when every machine has confirmed it, and names those that have not', async () => {
    expect(await failuresOf(INTRODUCE, () => take('01', ['box-1']))).toEqual([
      'resource.not-ready: Waited in vain for control-plane-2 to confirm.',
    ]);
    expect(stand.rotation?.status).toBe('creating');
    take('01');
    expect(await stand.apply(INTRODUCE, BOXES)).toEqual([]);
    expect(stand.rotation?.status).toBe('ready');
  });

  test('is not over with what an earlier one was confirmed by', async () => {
    expect(await stand.apply(INTRODUCE, BOXES, () => take('01'))).toEqual([]);
    expect(await failuresOf(SIGN)).toEqual([
      'resource.not-ready: Waited in vain for control-plane-1, control-plane-2 to confirm.',
    ]);
    expect(stand.rotation?.status).toBe('updating');
    take('02');
    expect(await stand.apply(SIGN, BOXES)).toEqual([]);
    expect(stand.rotation?.status).toBe('ready');
  });

  test('asks nothing of machines that were welcomed into it', async () => {
    stand.boot('box-3');
    const boxes = [...BOXES, 'box-3'];
    expect(await stand.apply(INTRODUCE, boxes, () => take('01'))).toEqual([]);
    expect(stand.letters('box-3')).toEqual([]);
    expect(stand.rotation?.status).toBe('ready');
  });

  test('is not over while a machine that nobody reaches was told nothing', async () => {
    stand.loseSightOf('box-2');
    expect(await failuresOf(INTRODUCE, () => take('01'))).toEqual([
      expect.stringContaining('It could not be told to control-plane-2.'),
    ]);
    expect(stand.rotation).toBeUndefined();
    stand.findAgain('box-2');
    expect(await stand.apply(INTRODUCE, BOXES, () => take('01'))).toEqual([]);
    stand.loseSightOf('box-1');
    expect(await stand.apply(SIGN, BOXES)).toEqual([]);
    expect(stand.rotation).toMatchObject({ inputs: { phase: 'introduce' } });
  });
});

describe('a machine that refuses a letter', () => {
  test('is named with its reason, and sent another one by the next apply', async () => {
    const refuses = (): void => {
      take('01', ['box-1']);
      stand.refuse('box-2', 'refused-01', 'the certificate for etcd is for another key');
    };
    expect(await failuresOf(INTRODUCE, refuses)).toEqual([
      'resource.failed: control-plane-2: It refused its renewed certificates: the certificate for etcd is for another key.',
    ]);
    expect(stand.letters('box-2')).toEqual(['renewal-01']);
    expect(await stand.apply(INTRODUCE, BOXES, () => take('02', ['box-2']))).toEqual([]);
    expect(stand.letters('box-1')).toEqual(['renewal-01']);
    expect(stand.letters('box-2')).toEqual(['renewal-01', 'renewal-02']);
    expect(stand.rotation?.status).toBe('ready');
  });

  test('of which nobody can read why is named all the same', async () => {
    const refuses = (): void => stand.mailbox.post('box-1', 'refused-01', 'nonsense');
    expect(await failuresOf(INTRODUCE, refuses)).toEqual([
      'resource.failed: control-plane-1: It refused its renewed certificates: it does not say why.',
    ]);
  });

  test('as it has lost count, when it had taken it before, has taken it', async () => {
    const losesCount = (): void => {
      take('01');
      stand.refuse('box-1', 'refused-01', 'it is older');
    };
    expect(await stand.apply(INTRODUCE, BOXES, losesCount)).toEqual([]);
    expect(await stand.apply(INTRODUCE, BOXES)).toEqual([]);
    expect(stand.letters('box-1')).toEqual(['renewal-01']);
  });

  test('and is gone is waited for by nobody', async () => {
    stand.mailbox.goneMachines.add('box-2');
    expect(await stand.apply(INTRODUCE, BOXES, () => take('01', ['box-1']))).toEqual([]);
    expect(stand.rotation?.status).toBe('ready');
  });
});
