import { describe, expect, test } from 'vitest';
import { formatDuration } from '#cli/views/duration.ts';
import { Pace } from '#cli/views/pace.ts';
import { progressUntil } from '../support/screens.ts';
import { createStory, nodesOf } from '../support/stories.ts';

describe('the pace of a run', () => {
  test('foretells nothing before a step was seen', () => {
    expect(new Pace().remainingMs(0, 7, 0)).toBeUndefined();
  });

  test('takes each step to last as long as it lasted elsewhere', () => {
    const pace = new Pace();
    pace.record(0, 1, 1_000);
    pace.record(1, 2, 5_000);
    expect(pace.remainingMs(0, 2, 0)).toBe(6_000);
    expect(pace.remainingMs(1, 2, 2_000)).toBe(3_000);
  });

  test('takes a step that nobody has done yet to last as long as the others', () => {
    const pace = new Pace();
    pace.record(0, 1, 1_000);
    pace.record(1, 2, 3_000);
    expect(pace.remainingMs(2, 4, 0)).toBe(4_000);
  });

  test('shares out the time of steps that were reported at once', () => {
    const pace = new Pace();
    pace.record(0, 3, 9_000);
    expect(pace.remainingMs(1, 2, 0)).toBe(3_000);
  });

  test('never falls below zero when a step takes longer than foretold', () => {
    const pace = new Pace();
    pace.record(0, 1, 1_000);
    expect(pace.remainingMs(0, 1, 60_000)).toBe(0);
  });

  test('does not take the boot of a machine for the length of a step', () => {
    const pace = new Pace();
    pace.record(-2, -1, 90_000);
    expect(pace.remainingMs(0, 7, 0)).toBeUndefined();
  });
});

describe('the time that is left', () => {
  const story = createStory({ nodes: nodesOf({ 'control-plane': 3, worker: 3 }) });
  const lastNodeMs = Math.max(
    ...story.flatMap(([atMs, event]) =>
      event.type === 'change-finished' && event.address.includes('.node.') ? [atMs] : [],
    ),
  );

  test('is not told before the first stage of each role was seen', () => {
    expect(progressUntil(story, 20_000).remainingMs(20_000)).toBeUndefined();
  });

  test.each([0.5, 0.6, 0.7, 0.8, 0.9])('after %d of the way is right within a quarter of the run', (share) => {
    const nowMs = lastNodeMs * share;
    const left = progressUntil(story, nowMs).remainingMs(nowMs) ?? Number.NaN;
    expect(Math.abs(left - (lastNodeMs - nowMs))).toBeLessThan(lastNodeMs / 4);
  });

  test('is not told any more when all nodes are ready', () => {
    expect(progressUntil(story, lastNodeMs).remainingMs(lastNodeMs)).toBeUndefined();
  });
});

test.each([
  [0, '0:00'],
  [999, '0:00'],
  [7_000, '0:07'],
  [751_000, '12:31'],
  [3_723_000, '1:02:03'],
  [-5, '0:00'],
])('%i ms are written %s', (ms, written) => {
  expect(formatDuration(ms)).toBe(written);
});
