import { inspect } from 'node:util';
import { parentPort } from 'node:worker_threads';
import type { Disturbance } from './disturbance.ts';
import { addRun, type Job, type JobResult, NOTHING_DONE, scenariosOf } from './jobs.ts';
import type { Repertoire } from './repertoire.ts';
import type { Violation } from './watch.ts';
import { Workshop } from './workshop.ts';

/** What a worker does for as long as it lives. */
export function serveJobs<Scenario extends Disturbance>(repertoire: Repertoire<Scenario>): void {
  // Faults are errors here, by the thousand, and nobody reads where they were made: a replay shows it.
  Error.stackTraceLimit = 0;
  const stray: unknown[] = [];
  // A promise that fails with nobody listening is a defect of what runs here: it counts against the run it happened in.
  process.on('unhandledRejection', (reason) => stray.push(reason));
  const bench: Bench<Scenario> = { repertoire, workshop: new Workshop(repertoire), stray };
  parentPort?.on('message', (job: Job) => {
    carryOut(bench, job).then(answer, (error: unknown) => answer(brokenJob(bench, job, error)));
  });
}

interface Bench<Scenario extends Disturbance> {
  readonly repertoire: Repertoire<Scenario>;
  readonly workshop: Workshop<Scenario>;
  readonly stray: unknown[];
}

function answer(result: JobResult): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage(result);
}

async function carryOut<Scenario extends Disturbance>(bench: Bench<Scenario>, job: Job): Promise<JobResult> {
  const { repertoire, workshop, stray } = bench;
  const startedMs = performance.now();
  let sum = NOTHING_DONE;
  for (const scenario of scenariosOf(repertoire, job)) {
    const result = await workshop.run(scenario);
    const violations = [...result.violations, ...stray.splice(0).map(strayViolation)];
    sum = addRun(sum, repertoire.format(scenario), { ...result, violations });
  }
  return { ...sum, busyMs: performance.now() - startedMs };
}

/** Not even the undisturbed operation worked. */
function brokenJob<Scenario extends Disturbance>({ repertoire }: Bench<Scenario>, job: Job, error: unknown): JobResult {
  const [scenario] = scenariosOf(repertoire, job);
  const violation: Violation = { invariant: 6, detail: inspect(error), atMs: 0 };
  const failure = {
    scenario: scenario === undefined ? job.type : repertoire.format(scenario),
    violations: [violation],
  };
  return { ...NOTHING_DONE, runs: 1, failures: [failure] };
}

function strayViolation(reason: unknown): Violation {
  return { invariant: 15, detail: `a promise failed with nobody listening: ${inspect(reason)}`, atMs: 0 };
}
