import { inspect } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { Violation } from './invariants.ts';
import { addRun, type Job, type JobResult, NOTHING_DONE, scenariosOf } from './jobs.ts';
import { Workshop } from './workshop.ts';

// Faults are errors, thousands a second: where they were thrown is of interest only in a replay.
Error.stackTraceLimit = 0;

const workshop = new Workshop();
const stray: unknown[] = [];

// A promise that fails with nobody listening is a defect of what runs here: it counts against the run it happened in.
process.on('unhandledRejection', (reason) => stray.push(reason));

parentPort?.on('message', (job: Job) => {
  carryOut(job).then(
    (result) => parentPort?.postMessage(result),
    (error: unknown) => {
      throw error;
    },
  );
});

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

function strayViolation(reason: unknown): Violation {
  return { invariant: 15, detail: `a promise failed with nobody listening: ${inspect(reason)}`, atMs: 0 };
}
