import { expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { AbsenceWatch, look, type Sight } from '#engine/look.ts';
import { ABSENT, type Observation } from '#engine/resource.ts';
import { brick } from './support/bricks.ts';
import { openDesk } from './support/call-desk.ts';
import { ready } from './support/scenario.ts';

function sightOf(observe: () => Promise<Observation>): Sight & { readonly desk: ReturnType<typeof openDesk> } {
  const desk = openDesk();
  return { desk, runtime: desk.runtime, context: desk.context, type: { ...brick, observe } };
}

test('absence counts from when it was asked for, not from when the answer came', async () => {
  const sight = sightOf(async () => {
    await sight.desk.clock.sleep(150);
    return ABSENT;
  });
  const watch = new AbsenceWatch(sight.runtime);
  const verdicts: boolean[] = [];
  for (const pauseMs of [0, 0, 80]) {
    await sight.desk.clock.advance(pauseMs);
    const looking = look(sight, ready('wall'));
    await sight.desk.clock.advance(150);
    verdicts.push(watch.isCertain(await looking));
  }
  // The second was asked 150 ms after the first, longer than the lag of 100 ms.
  expect(verdicts).toEqual([false, true, true]);
});

test('an answer that was long under way proves nothing about the time after it was asked for', async () => {
  const delays = [10, 90];
  const sight = sightOf(async () => {
    await sight.desk.clock.sleep(delays.shift() ?? 0);
    return ABSENT;
  });
  const watch = new AbsenceWatch(sight.runtime);
  const first = look(sight, ready('wall'));
  await sight.desk.clock.advance(50);
  expect(watch.isCertain(await first)).toBe(false);
  const second = look(sight, ready('wall'));
  await sight.desk.clock.advance(200);
  // Asked 50 ms after the first; that its answer came after 140 ms makes it no younger.
  expect(watch.isCertain(await second)).toBe(false);
});

test('a service that stays silent makes an object unreachable, never absent', async () => {
  const sight = sightOf(() => Promise.reject(new CallError({ outcome: 'ambiguous', message: 'no answer' })));
  expect(await look(sight, ready('wall'))).toMatchObject({ state: 'unreachable', reason: 'no answer' });
});

test('a look that is refused is a problem of its own, with the words of the service', async () => {
  const refusal = new CallError({ outcome: 'rejected', reason: 'denied', message: 'ec2:DescribeVpcs is not allowed' });
  const sight = sightOf(() => Promise.reject(refusal));
  await expect(look(sight, ready('wall'))).rejects.toMatchObject({
    code: 'call.denied',
    detail: 'ec2:DescribeVpcs is not allowed',
  });
});
