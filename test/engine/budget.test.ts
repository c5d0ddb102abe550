import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateBudgets } from '#engine/budget.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NEVER = new AbortController().signal;
const PUBLISHED = {
  'ec2.RunInstances': { capacity: 2, refillPerSecond: 4 },
  'route53.change': { capacity: 1, refillPerSecond: 1 },
};

function start() {
  const clock = new VirtualClock();
  const budgets = new RateBudgets(PUBLISHED, clock);
  const taken: string[] = [];
  const take = (name: string, who: string, { signal = NEVER, tokens = 1 } = {}) =>
    void budgets.take(name, signal, 0, tokens).then(
      () => taken.push(`${who} at ${clock.monotonicMs()}`),
      (reason: unknown) => taken.push(`${who} left at ${clock.monotonicMs()}: ${String(reason)}`),
    );
  return { clock, take, taken };
}

describe('a rate budget', () => {
  test('lets through at once as many as it holds, then one by one as it refills, first come first served', async () => {
    const { clock, take, taken } = start();
    for (const who of ['a', 'b', 'c', 'd']) take('ec2.RunInstances', who);
    await clock.advance(2000);
    expect(taken).toEqual(['a at 0', 'b at 0', 'c at 250', 'd at 500']);
  });

  test('fills up while nobody asks, and never beyond what it holds', async () => {
    const { clock, take, taken } = start();
    for (const who of ['a', 'b']) take('ec2.RunInstances', who);
    await clock.advance(3_600_000);
    for (const who of ['c', 'd', 'e']) take('ec2.RunInstances', who);
    await clock.advance(1000);
    expect(taken).toEqual(['a at 0', 'b at 0', 'c at 3600000', 'd at 3600000', 'e at 3600250']);
  });

  test("is no other budget's concern", async () => {
    const { clock, take, taken } = start();
    for (const who of ['a', 'b']) take('route53.change', who);
    take('ec2.RunInstances', 'c');
    await clock.advance(2000);
    expect(taken).toEqual(['a at 0', 'c at 0', 'b at 1000']);
  });

  test('that nobody published holds nobody up', async () => {
    const { clock, take, taken } = start();
    for (let count = 0; count < 50; count += 1) take('iam.GetRole', 'a');
    await clock.advance(0);
    expect(taken).toHaveLength(50);
  });

  test('may be drawn by many tokens at once, which are waited for; who asks for fewer does not overtake', async () => {
    const { clock, take, taken } = start();
    take('ec2.RunInstances', 'both', { tokens: 2 });
    take('ec2.RunInstances', 'two more', { tokens: 2 });
    take('ec2.RunInstances', 'one');
    await clock.advance(2000);
    expect(taken).toEqual(['both at 0', 'two more at 500', 'one at 750']);
  });

  test('lets through who asks for more than it ever holds when it is full', async () => {
    const { clock, take, taken } = start();
    take('ec2.RunInstances', 'first');
    take('ec2.RunInstances', 'a hundred', { tokens: 100 });
    await clock.advance(2000);
    expect(taken).toEqual(['first at 0', 'a hundred at 250']);
  });

  test('is left by who need not wait any more', async () => {
    const { clock, take, taken } = start();
    const leaving = new AbortController();
    take('route53.change', 'a');
    take('route53.change', 'b', { signal: leaving.signal });
    await clock.advance(500);
    leaving.abort('gone home');
    await clock.advance(0);
    expect(taken).toEqual(['a at 0', 'b left at 500: gone home']);
  });

  test('never lets through more than it holds and what it refilled meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 600 }), { minLength: 1, maxLength: 25 }), async (pauses) => {
        const clock = new VirtualClock();
        const budgets = new RateBudgets(PUBLISHED, clock);
        const times: number[] = [];
        for (const pause of pauses) {
          await clock.advance(pause);
          void budgets.take('ec2.RunInstances', NEVER).then(() => times.push(clock.monotonicMs()));
        }
        await clock.advance(60_000);
        expect(times).toHaveLength(pauses.length);
        const crowded = times.flatMap((from, first) =>
          times.slice(first).filter((to, after) => after + 1 > 2 + ((to - from) / 1000) * 4 + 1e-6),
        );
        expect(crowded).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
