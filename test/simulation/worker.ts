import { inspect } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { Violation } from './invariants.ts';
import { addRun, type Job, type JobResult, NOTHING_DONE, scenariosOf } from './jobs.ts';
import { formatScenario } from './scenario.ts';
import { Workshop } from './workshop.ts';

// Faults are errors, thousands a second: where they were thrown is of interest only in a replay.
Error.stackTraceLimit = 0;

// Faults are errors here, by the thousand, and nobody reads where they were made: a replay shows it.
Error.stackTraceLimit = 0;

const workshop = new Workshop();
const stray: unknown[] = [];

// A promise that fails with nobody listening is a defect of what runs here: it counts against the run it happened in.
process.on('unhandledRejection', (reason) => stray.push(reason));

parentPort?.on('message', (job: Job) => {
  carryOut(job).then(answer, (error: unknown) => answer(brokenJob(job, error)));
});

function answer(result: JobResult): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage(result);
}

async function carryOut(job: Job): Promise<JobResult> {
  const startedMs = performance.now();
  let sum = NOTHING_DONE;
  for (const scenario of scenariosOf(job)) {
    const result = await workshop.run(scenario);
    const violations = [...result.violations, ...stray.splice(0).map(strayViolation)];
    sum = addRun(sum, scenario, { ...result, violations });
  }
  return { ...sum, busyMs: performance.now() - startedMs };
}

/** Not even the undisturbed operation worked. */
function brokenJob(job: Job, error: unknown): JobResult {
  const [scenario] = scenariosOf(job);
  const violation: Violation = { invariant: 6, detail: inspect(error), atMs: 0 };
  const failure = { scenario: scenario === undefined ? job.type : formatScenario(scenario), violations: [violation] };
  return { ...NOTHING_DONE, runs: 1, failures: [failure] };
}

function strayViolation(reason: unknown): Violation {
  return { invariant: 15, detail: `a promise failed with nobody listening: ${inspect(reason)}`, atMs: 0 };
}
