import { describe, expect, test } from 'vitest';
import { eventText } from '#cli/views/event-text.ts';
import { firstLine, harmlessLine } from '#cli/views/harmless.ts';
import { PLAIN_PALETTE } from '#cli/views/palette.ts';
import { problemLines } from '#cli/views/problem-text.ts';
import { RunProgress } from '#cli/views/run-progress.ts';
import { parseAddress } from '#engine/address.ts';
import { problem } from '#engine/problem.ts';
import { perform } from '../support/stage.ts';

/** A machine that would clear the screen, ring, call the window by another name, and turn the text around. */
const SAID = 'Stage \u001B[2Jetcd:\u0007 \u001B]0;mine\u0007it\u202E failed\r';
const MEANT = 'Stage etcd: it failed';
const address = parseAddress('local-1.node.worker-1');
const failure = problem('resource.failed', { address, detail: `${SAID}\n  | \u001B[1mlast\tword` });
const EVENT = { type: 'change-failed', address, action: 'create', problem: failure } as const;

describe('what a machine has said does nothing to a terminal', () => {
  test('line by line', () => {
    expect(harmlessLine(SAID)).toBe(MEANT);
    expect(firstLine(failure.detail)).toBe(MEANT);
  });

  test('in a problem, whose lines of a log keep their columns', () => {
    const lines = problemLines(failure, { palette: PLAIN_PALETTE, columns: 80, run: undefined });
    expect(lines.slice(1, 3)).toEqual([`  ${MEANT}`, '    | last        word']);
  });

  test('in the news of a run', () => {
    expect(eventText(EVENT)).toBe(`${address}: failed: It failed while it was made ready: ${MEANT}`);
    const progress = new RunProgress();
    progress.hear(EVENT, 0);
    expect(progress.step(address)?.doing).toBe(MEANT);
  });

  test('in an explanation', async () => {
    const explanation = { address, kind: 'node', status: 'failed', lines: [failure.detail] };
    const { output } = await perform(`why demo ${address}`, { app: { explanation } });
    expect(output).toBe(`${address}  node  failed\n${MEANT}\n  | last        word\n`);
  });
});
