import { describe, expect, test } from 'vitest';
import { screenAt } from '../support/screens.ts';
import { createStory, nodesOf } from '../support/stories.ts';

const small = createStory({ nodes: nodesOf({ 'control-plane': 3, worker: 3, storage: 4 }) });
const failing = createStory({ nodes: nodesOf({ 'control-plane': 3, worker: 2 }), failing: 'worker-2' });
const large = createStory({ nodes: nodesOf({ 'control-plane': 3, worker: 1_000, storage: 8 }) });

const MOMENTS = [
  ['while the machines boot', 12_000],
  ['when the first nodes have begun', 28_000],
  ['when the pace is known', 45_000],
  ['shortly before the end', 84_000],
] as const;

describe.each([80, 120])('a screen of %i columns', (columns) => {
  test('shows a create as approved, from the first machine to the last node', async () => {
    const screens = MOMENTS.map(([title, atMs]) => `${title}\n\n${screenAt(small, atMs, { columns, rows: 40 })}`);
    await expect(screens.join('\n')).toMatchFileSnapshot(`../golden/live-${columns}.txt`);
  });

  test('shows a node that failed as approved', async () => {
    const screen = screenAt(failing, 55_000, { columns, rows: 40 });
    await expect(screen).toMatchFileSnapshot(`../golden/live-failing-${columns}.txt`);
  });

  test('is never wider than the terminal', () => {
    for (const story of [small, failing, large]) {
      for (let atMs = 0; atMs < 100_000; atMs += 5_000) {
        const widths = screenAt(story, atMs, { columns, rows: 30 })
          .split('\n')
          .map((line) => line.length);
        expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('a thousand nodes', () => {
  test('fit a screen of 24 rows at every moment, heading and remarks included', () => {
    for (let atMs = 0; atMs < 800_000; atMs += 20_000) {
      const lines = screenAt(large, atMs, { columns: 80, rows: 24 }).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(22);
    }
  });

  test('are counted, and the ones the run waits for are named', async () => {
    await expect(screenAt(large, 300_000, { columns: 80, rows: 24 })).toMatchFileSnapshot('../golden/live-large.txt');
  });
});
