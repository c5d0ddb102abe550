import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapLimit } from '#std/map-limit.ts';

test('results are in the order of the items, whatever finishes first', async () => {
  const results = await mapLimit([3, 1, 2], 2, async (item, index) => {
    for (let turn = 0; turn < item; turn += 1) await setImmediate();
    return `${index}:${item}`;
  });
  expect(results).toEqual(['0:3', '1:1', '2:2']);
});

test('no more than the limit are under way at once', async () => {
  const running = { now: 0, most: 0 };
  await mapLimit(Array.from({ length: 50 }), 7, async () => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await setImmediate();
    running.now -= 1;
  });
  expect(running).toEqual({ now: 0, most: 7 });
});

test('the first failure is told and nothing new is begun', async () => {
  const begun: number[] = [];
  const work = mapLimit([0, 1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await setImmediate();
    if (item === 1) throw new Error('item 1');
  });
  await expect(work).rejects.toThrow('item 1');
  await setImmediate();
  expect(begun.length).toBeLessThan(5);
});

test('a failure is told when what was under way has ended', async () => {
  const ended: number[] = [];
  const work = mapLimit([0, 1, 2], 3, async (item) => {
    for (let turn = 0; turn < 5 * item; turn += 1) await setImmediate();
    ended.push(item);
    throw new Error(`item ${item}`);
  });
  await expect(work).rejects.toThrow('item 0');
  expect(ended).toEqual([0, 1, 2]);
});

test('nothing to do is done', async () => {
  expect(await mapLimit([], 4, () => Promise.reject(new Error('never')))).toEqual([]);
  await expect(mapLimit([], 0, async () => undefined)).rejects.toThrow('positive');
});
