import { applyPlan } from '#engine/apply.ts';
import { RateBudgets } from '#engine/budget.ts';
import type { EngineEvent } from '#engine/event.ts';
import { planChanges } from '#engine/plan.ts';
import { asProblem, type Problem } from '#engine/problem.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime, Provider } from '#engine/runtime.ts';
import type { StateLease } from '#state/state-lease.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { blueprintOf } from './cloud-blueprint.ts';
import { CLOUD_TYPES } from './cloud-kinds.ts';
import { HttpSession } from './cloud-session.ts';
import { InterruptedFiles } from './interrupted-files.ts';
import { openStateDirectory } from './state-directory.ts';
import { WorkerOrders, type WorkerLine } from './worker-orders.ts';

const orders = WorkerOrders.parse(JSON.parse(process.argv[2] ?? ''));
const { interruption, command, callMs, cloudUrl, concurrency, directory, policy, wait } = orders;
const session = new HttpSession(cloudUrl, process.pid);
const files = new InterruptedFiles(new SystemFiles(), interruption, holdWhenDue);

const problems = await operate();
print({
  type: 'end',
  ok: problems.length === 0,
  problems: problems.map(({ code, detail }) => ({ code, detail })),
  journalWrites: files.journalWrites,
});
// A request that the server holds would keep the process alive.
process.exit(problems.length === 0 ? 0 : 1);

async function operate(): Promise<readonly Problem[]> {
  try {
    holdWhenDue(0);
    const store = await openStateDirectory({ directory, files, policy, emit });
    await using lease = await store.acquire({ wait });
    return await carryOut(lease);
  } catch (error) {
    return [asProblem(error)];
  }
}

async function carryOut(lease: StateLease): Promise<readonly Problem[]> {
  const runtime = makeRuntime();
  const observations = await observeAll(runtime, lease.snapshot, lease.lost);
  const purpose = command === 'delete' ? 'delete' : 'apply';
  const plan = planChanges(blueprintOf(command), lease.snapshot, { types: CLOUD_TYPES, observations, purpose });
  const { ok, failed } = await applyPlan(plan, {
    runtime,
    journal: lease,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  if (ok === failed.length > 0) throw new TypeError('A run is either ok or has failures to tell.');
  return failed;
}

function makeRuntime(): EngineRuntime {
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const provider: Provider = {
    session,
    types: CLOUD_TYPES,
    consistency: { visibleWithinMs: 60, requestAgeMaxMs: 240, pollMs: 20 },
    deadlines: { callMs, conditionMs: 60_000 },
    budgets: {},
  };
  return { clock, random, provider, budgets: new RateBudgets({}, clock), emit };
}

function holdWhenDue(write: number): void {
  if (interruption?.moment === 'in-call' && interruption.write === write) session.holdNext(interruption);
}

function emit(event: EngineEvent): void {
  print({ type: 'event', event: { ...event } });
}

function print(line: WorkerLine): void {
  console.log(JSON.stringify(line));
}
