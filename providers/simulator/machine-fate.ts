import { z } from 'zod';
import type { Chance } from './chance.ts';
import type { MachineWeather } from './weather.ts';

/** Which way a machine's life goes; drawn at its launch and kept in the log. */
export const Fate = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('ordinary') }),
  /** From pending to terminated by itself. */
  z.strictObject({ is: z.literal('stillborn'), reason: z.string() }),
  z.strictObject({ is: z.literal('never-hello') }),
  z.strictObject({ is: z.literal('hello-twice') }),
  z.strictObject({ is: z.literal('forged-hello') }),
  /** `at`: how far through its stages, from 0 to 1. */
  z.strictObject({ is: z.literal('stage-fails'), at: z.number() }),
  z.strictObject({ is: z.literal('hangs'), at: z.number() }),
  z.strictObject({ is: z.literal('vanishes'), afterMs: z.number() }),
  z.strictObject({ is: z.literal('lies') }),
  /** It boots for so much longer. */
  z.strictObject({ is: z.literal('late'), byMs: z.number() }),
]);
export type Fate = Readonly<z.output<typeof Fate>>;

const VANISHES_AFTER_MS = [20_000, 110_000] as const;
/** Some within the time that is waited for a sign, some after it. */
const LATE_BY_MS = [60_000, 900_000] as const;
const STILLBORN_REASONS = ['Client.InternalError', 'Server.InsufficientInstanceCapacity', 'Server.InternalError'];

export function drawFate(chance: Chance, weather: MachineWeather): Fate {
  const fates: readonly (readonly [rate: number, fate: () => Fate])[] = [
    [weather.pendingToTerminated, () => ({ is: 'stillborn', reason: chance.pick(STILLBORN_REASONS) ?? '' })],
    [weather.neverHello, () => ({ is: 'never-hello' })],
    [weather.helloTwice, () => ({ is: 'hello-twice' })],
    [weather.forgedHello, () => ({ is: 'forged-hello' })],
    [weather.stageFails, () => ({ is: 'stage-fails', at: chance.float() })],
    [weather.hangs, () => ({ is: 'hangs', at: chance.float() })],
    [weather.vanishes, () => ({ is: 'vanishes', afterMs: chance.between(...VANISHES_AFTER_MS) })],
    [weather.lies, () => ({ is: 'lies' })],
    [weather.late, () => ({ is: 'late', byMs: chance.between(...LATE_BY_MS) })],
  ];
  let drawn = chance.float();
  for (const [rate, fate] of fates) {
    if (drawn < rate) return fate();
    drawn -= rate;
  }
  return { is: 'ordinary' };
}
