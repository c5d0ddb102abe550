import { describe, expect, test } from 'vitest';
import type { Interruption, RunOutcome } from '#app/app.ts';
import { CTRL_C } from './support/scripted-terminal.ts';
import { perform } from './support/stage.ts';
import { createStory } from './support/stories.ts';

const started = createStory({ nodes: ['worker-1'] }).slice(0, 6);
const STOPPED: RunOutcome = { ok: false, done: 2, failed: [], skipped: [], outputs: [], notYet: [] };

function whenAborted(signal: AbortSignal): Promise<RunOutcome> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(STOPPED), { once: true });
  });
}

function never(): Promise<RunOutcome> {
  return new Promise(() => undefined);
}

describe.each(['--plain', '--json'])('a run shown with %s', (how) => {
  test('finishes what is under way at the first Ctrl-C, and says how to go on', async () => {
    const endRun = ({ stop }: Interruption): Promise<RunOutcome> => whenAborted(stop);
    const recording = await perform(`apply demo ${how}`, {
      app: { run: started, endRun },
      cues: [[5_000, (terminal) => terminal.interrupt()]],
    });
    expect(recording).toMatchObject({ exit: 'interrupted', code: 130, exits: [] });
    expect(recording.output).toContain('Finishing what is under way; Ctrl-C again to leave at once.');
    expect(recording.output).toContain('bootstrap apply demo');
  });

  test('is left at the second Ctrl-C, as soon as the app lets go', async () => {
    const endRun = ({ abort }: Interruption): Promise<RunOutcome> => whenAborted(abort);
    const recording = await perform(`apply demo ${how}`, {
      app: { run: started, endRun },
      cues: [
        [5_000, (terminal) => terminal.interrupt()],
        [6_000, (terminal) => terminal.interrupt()],
      ],
    });
    expect(recording).toMatchObject({ exit: 'interrupted', exits: [] });
  });

  test('is left at the second Ctrl-C even when the app does not let go, and says how to go on', async () => {
    const recording = await perform(`apply demo ${how}`, {
      app: { run: started, endRun: never },
      cues: [
        [5_000, (terminal) => terminal.interrupt()],
        [6_000, (terminal) => terminal.interrupt()],
      ],
    });
    expect(recording).toMatchObject({ exit: 'interrupted', exits: [] });
    const last = recording.output.trimEnd().split('\n').slice(-5).join('\n');
    expect(last).toContain('bootstrap apply demo');
    expect(last).toContain('SIMULATED');
  });

  test('ends the process at the third', async () => {
    const interrupt = (terminal: { interrupt(): void }): void => terminal.interrupt();
    const recording = await perform(`apply demo ${how}`, {
      app: { run: started, endRun: never },
      cues: [
        [5_000, interrupt],
        [6_000, interrupt],
        [6_500, interrupt],
      ],
    });
    expect(recording.exits).toEqual([130]);
  });
});

test('what only reads ends with the first Ctrl-C', async () => {
  const recording = await perform('status demo --watch', {
    app: { statuses: [] },
    cues: [[1_000, (terminal) => terminal.interrupt()]],
  });
  expect(recording).toMatchObject({ exit: 'interrupted', errors: '', output: '' });
});

test('what only reads ends in peace when nobody reads it any more', async () => {
  const recording = await perform('status demo --watch', {
    app: { statuses: [] },
    cues: [[1_000, (terminal) => terminal.stopReading()]],
  });
  expect(recording).toMatchObject({ exit: 'ok', errors: '' });
});

test('a question is left with Ctrl-C', async () => {
  const recording = await perform('create', { isTerminal: true, answers: ['blog', CTRL_C] });
  expect(recording).toMatchObject({ exit: 'interrupted', code: 130, errors: '', asked: [] });
});
