import { describe, expect, test } from 'vitest';
import { lastFrame } from './support/screens.ts';
import { perform } from './support/stage.ts';
import { createStory, nodesOf } from './support/stories.ts';

const nodes = nodesOf({ 'control-plane': 3, worker: 2 });
const well = createStory({ nodes });
const badly = createStory({ nodes, failing: 'worker-2' });
const [quick, quickAndBad] = [createStory({ nodes, speed: 8 }), createStory({ nodes, failing: 'worker-2', speed: 8 })];
const real = createStory({
  nodes: ['control-plane-1'],
  heading: { isSimulated: false, provider: 'aws', cluster: 'blog', account: '111122223333' },
});

describe('the plain view', () => {
  test.each([
    ['a create', 'plain', well, 'ok'],
    ['a create that fails', 'plain-failing', badly, 'failed'],
  ] as const)('tells %s as approved, a line for each event', async (_title, golden, run, exit) => {
    const recording = await perform('create demo', { app: { run } });
    expect(recording.exit).toBe(exit);
    await expect(recording.output).toMatchFileSnapshot(`golden/${golden}.txt`);
  });

  test('moves no cursor and has no colour when the output is no terminal', async () => {
    const { output } = await perform('create demo', { app: { run: badly } });
    expect(output).not.toContain('\u001B');
  });
});

describe('the live view', () => {
  test.each([
    [80, 'a create', 'live-end', quick],
    [120, 'a create', 'live-end', quick],
    [80, 'a create that fails', 'live-end-failing', quickAndBad],
    [120, 'a create that fails', 'live-end-failing', quickAndBad],
  ] as const)('leaves on a screen of %i columns what was approved for %s', async (columns, _title, golden, run) => {
    const { output } = await perform('create demo', { app: { run }, isTerminal: true, columns, rows: 40 });
    await expect(lastFrame(output)).toMatchFileSnapshot(`golden/${golden}-${columns}.txt`);
  });

  test('gives the cursor back', async () => {
    const { output } = await perform('create demo', { app: { run: quick }, isTerminal: true });
    expect(output.lastIndexOf('\u001B[?25h')).toBeGreaterThan(output.lastIndexOf('\u001B[?25l'));
  });

  test('has no colour where NO_COLOR asks for none', async () => {
    const variables = { NO_COLOR: '1' };
    const { output } = await perform('create demo', { app: { run: quick }, isTerminal: true, variables });
    expect(output).toContain('\u001B[');
    for (const code of [1, 2, 22, 31, 32, 33, 36, 39]) expect(output).not.toContain(`\u001B[${code}m`);
  });

  test('says that the run goes on finishing, under what is painted', async () => {
    const recording = await perform('create demo', {
      app: { run: quick },
      isTerminal: true,
      cues: [[2_000, (terminal) => terminal.interrupt()]],
    });
    expect(recording.output).toContain('Finishing what is under way; Ctrl-C again to leave at once.');
    expect(recording.output).toContain('Later, this goes on from there: bootstrap apply demo');
  });
});

describe('the JSON view', () => {
  test('writes one object for each line, with the fields that were approved', async () => {
    const { output } = await perform('create demo --json', { app: { run: createStory({ nodes: ['worker-1'] }) } });
    for (const line of output.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ format: 1 });
    await expect(output).toMatchFileSnapshot('golden/run.jsonl');
  });

  test('holds a failure with all that is known of it', async () => {
    const { output, code } = await perform('create demo --json', { app: { run: badly } });
    const last: unknown = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
    expect(code).toBe(1);
    expect(last).toMatchObject({
      type: 'run-finished',
      outcome: { ok: false, failed: [{ code: 'resource.failed', blame: 'provider' }] },
      notice: 'SIMULATED: no cloud was touched, nothing is to be paid, and no site has answered.',
    });
  });

  test('asks for no colour, cursor or question', async () => {
    const { output } = await perform('create demo --json', { app: { run: well }, isTerminal: true });
    expect(output).not.toContain('\u001B');
  });
});

describe.each(['create demo', 'create demo --json', 'create demo --plain'])('"%s" on a simulated account', (line) => {
  test.each([
    ['well', well],
    ['badly', badly],
  ] as const)('says SIMULATED in its first and its last line when it ends %s', async (_how, run) => {
    const lines = (await perform(line, { app: { run } })).output.trimEnd().split('\n');
    expect(lines[0]).toContain('SIMULATED');
    expect(lines.at(-1)).toContain('SIMULATED');
  });
});

test('the live view says SIMULATED in the first and the last line too', async () => {
  const { output } = await perform('create demo', { app: { run: quick }, isTerminal: true });
  const lines = lastFrame(output).trimEnd().split('\n');
  expect(lines[0]).toContain('SIMULATED');
  expect(lines.at(-1)).toContain('SIMULATED');
});

test('nothing says SIMULATED on a real account; who is asking is said instead', async () => {
  const { output } = await perform('create blog --provider aws --domain blog.example.com', { app: { run: real } });
  expect(output).not.toContain('SIMULATED');
  expect(output.split('\n')[0]).toContain(
    'bootstrap create blog · aws account 111122223333 · as arn:aws:iam::000000000000:user/you · eu-west-3',
  );
});
