import { expect, test } from 'vitest';
import { Patience, PatientConnection } from '#providers/local/mailbox/door-patience.ts';
import { say } from '#providers/local/mailbox/door-answer.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const PIECE = Buffer.alloc(65_536);

test('a stream is given for as long as it moves', async () => {
  const clock = new VirtualClock();
  const heard = await clock.run(given(clock, { pieces: 100, bytes: 65_536, everyMs: 20_000 }));
  expect(heard).toBe(100 * 65_536);
  expect(clock.monotonicMs()).toBe(100 * 20_000);
});

test('a stream of which hardly anything moves is broken off', async () => {
  const clock = new VirtualClock();
  expect(await clock.run(given(clock, { pieces: 100, bytes: 1_000, everyMs: 20_000 }))).toBe(1_000);
  expect(clock.monotonicMs()).toBe(30_000);
});

test('one who says nothing for half a minute after much was moved has said all', async () => {
  const clock = new VirtualClock();
  const patience = new Patience(clock);
  const never = new Promise<undefined>(() => undefined);
  const patient = new PatientConnection({ read: () => never, write: async () => undefined }, patience);
  await clock.run(clock.sleep(29_000));
  patience.moved(PIECE.length);
  expect(await clock.run(patient.read())).toBeUndefined();
  expect([clock.monotonicMs(), patience.isOver]).toEqual([59_000, true]);
});

/** How much is heard by one who takes so long for every piece. */
async function given(
  clock: VirtualClock,
  { pieces, bytes, everyMs }: { readonly pieces: number; readonly bytes: number; readonly everyMs: number },
): Promise<number> {
  let heard = 0;
  const slow = {
    read: async () => undefined,
    write: async (words: string | Uint8Array) => {
      if (typeof words === 'string') return;
      await clock.sleep(everyMs);
      heard += words.length;
    },
  };
  const patient = new PatientConnection(slow, new Patience(clock));
  await say(patient, { status: 200, body: { bytes: pieces * bytes, pieces: all(pieces, bytes) } });
  return heard;
}

async function* all(pieces: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < pieces; piece += 1) yield PIECE.subarray(0, bytes);
}
