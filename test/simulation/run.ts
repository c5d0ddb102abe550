import { inspect } from 'node:util';
import { isProblem, problem, type Problem } from '#engine/problem.ts';
import type { Plan } from '#engine/plan.ts';
import type { Beginning, Cloud, NormalForm, Setup } from './cloud.ts';
import type { Disturbance, PlannedBlow } from './disturbance.ts';
import { FaultLottery } from './faults.ts';
import { IntentLedger } from './intent-ledger.ts';
import { operate, type Outcome } from './operator.ts';
import { type Blow, SimulatedProcess } from './process.ts';
import { mixSeeds } from './seeded-random.ts';
import { SimulatedStore } from './simulated-store.ts';
import type { Step } from './undertaking.ts';
import type { Violation, Watch } from './watch.ts';
import { World } from './world.ts';

export interface RunResult {
  readonly violations: readonly Violation[];
  /** Where blows could strike. */
  readonly halfSteps: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly processes: number;
  readonly traceHash: number;
  readonly faults: FaultLottery['counts'];
  readonly form: NormalForm;
  /** The world as it was left, for the next operation to begin with. */
  readonly end: Beginning;
}

const EVENTS_MAX = 400_000;
const VIRTUAL_MAX_MS = 24 * 3_600_000;
const REST_MS = 60_000;
const RESTART_AFTER_MS = 2_000;
/** Runs of the program under faults, then without: an operator repeats the command, but not for ever. */
const ATTEMPTS_UNDER_FAULTS = 10;
const ATTEMPTS_IN_CALM = 4;
/** No fault of the world may show as a defect of the program. */
const DEFECT = problem('internal', { detail: '' }).summary;

/** One operation from its beginning, with all that befalls it, to the judgement. */
export async function run(disturbance: Disturbance, setup: Setup, tracer?: (line: string) => void): Promise<RunResult> {
  const current = new Run(disturbance, setup, tracer);
  await current.disturbed();
  await current.calm();
  return current.result();
}

class Run {
  readonly #disturbance: Disturbance;
  readonly #setup: Setup;
  readonly #world: World;
  readonly #faults: FaultLottery;
  readonly #cloud: Cloud;
  readonly #watch: Watch;
  readonly #objects: Beginning['objects'];
  readonly #ledger: IntentLedger;
  readonly #startMs: number;
  readonly #active = new Set<SimulatedProcess>();
  readonly #blows: PlannedBlow[];
  readonly #dead = new Set<number>();
  #halfSteps = 0;
  #isCalm = false;
  #processes = 0;
  #attempts = 0;
  /** Processes that are about to start. */
  #awaited = 0;
  #converged = false;
  #gaveUp = false;

  constructor(disturbance: Disturbance, setup: Setup, tracer: ((line: string) => void) | undefined) {
    const { seed, rates, blows } = disturbance;
    this.#disturbance = disturbance;
    this.#setup = setup;
    this.#startMs = setup.nowMs;
    this.#objects = setup.objects.clone();
    this.#ledger = new IntentLedger(setup.ledger);
    this.#world = new World({ seed: mixSeeds(seed), startMs: setup.nowMs, tracer });
    this.#faults = new FaultLottery(this.#world.random, rates);
    this.#cloud = setup.cloud.raise({ world: this.#world, faults: this.#faults, ledger: this.#ledger, rates });
    this.#watch = this.#cloud.watch;
    this.#blows = [...blows];
  }

  /** The operation with all that befalls it, until one process says that it is done and nobody works any more. */
  async disturbed(): Promise<void> {
    const { secondOperatorAtMs } = this.#disturbance;
    this.#start();
    if (secondOperatorAtMs !== undefined) {
      this.#world.schedule(secondOperatorAtMs, 'a second operator starts', () => {
        this.#faults.count('second-operator');
        this.#start();
      });
    }
    await this.#until(() => (this.#converged || this.#gaveUp) && this.#active.size === 0 && this.#awaited === 0);
    if (!this.#converged) this.#watch.report(6, `no process converged in ${this.#attempts} attempts`);
  }

  /** Late messages land and all must be well; then one run without faults must find nothing to do, or undo what came late. */
  async calm(): Promise<void> {
    this.#isCalm = true;
    await this.#rest();
    if (this.#isBroken) return;
    const isFinal = !this.#cloud.mayChangeByItself;
    if (isFinal) this.#judge();
    this.#cloud.calmDown();
    const { goal } = this.#setup;
    const first = await this.#undisturbed(goal);
    if (first?.wasIdle === false) {
      if (isFinal) this.#watch.report(6, 'a second plan is not empty');
      const second = await this.#undisturbed(goal);
      if (second?.wasIdle === false) this.#watch.report(6, 'the plan after a run without faults is not empty');
    }
    await this.#rest();
    if (!this.#isBroken) this.#judge();
    if (!this.#isBroken) await this.#audit();
  }

  async #audit(): Promise<void> {
    const process = this.#process();
    let isOver = false;
    const audited = (this.#cloud.audit?.(process) ?? Promise.resolve()).finally(() => {
      isOver = true;
    });
    await this.#until(() => isOver);
    await audited;
  }

  get #isBroken(): boolean {
    return this.#watch.violations.length > 0;
  }

  /** Whatever is under way ends; a stray is sent away without waiting for its end. */
  async #rest(): Promise<void> {
    this.#world.schedule(REST_MS, 'rest', () => undefined);
    await this.#until(() => false);
  }

  #judge(): void {
    const { form, goal, steps } = this.#setup;
    if (form === undefined) return;
    const isDelete = goal.purpose === 'delete';
    this.#cloud.judge({ form, isDelete, isRollback: steps.some(({ purpose }) => purpose === 'rollback') });
  }

  result(): RunResult {
    const { nowMs, events, traceHash } = this.#world;
    return {
      violations: this.#watch.violations,
      halfSteps: this.#halfSteps,
      virtualMs: nowMs - this.#startMs,
      events,
      processes: this.#processes,
      traceHash,
      faults: this.#faults.counts,
      form: this.#cloud.form(),
      end: { nowMs: nowMs + 3_600_000, objects: this.#objects, ledger: this.#ledger, cloud: this.#cloud.seed() },
    };
  }

  async #until(isDone: () => boolean): Promise<void> {
    const stop = await this.#world.run(isDone, { eventsMax: EVENTS_MAX, untilMs: this.#startMs + VIRTUAL_MAX_MS });
    if (stop === 'too-many-events' || stop === 'too-late') this.#watch.report(6, `it does not come to an end: ${stop}`);
    // With nobody active the run is over; otherwise somebody waits for what will never come.
    if (stop === 'idle' && this.#active.size > 0) this.#watch.report(6, 'a process waits for what never comes');
  }

  async #undisturbed(goal: Step): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    const process = this.#process();
    this.#active.add(process);
    this.#attempt(process, [goal]).then(
      (value) => {
        outcome = value;
        this.#active.delete(process);
      },
      (error: unknown) => {
        this.#active.delete(process);
        this.#watch.report(6, `a run without faults failed: ${inspect(error)}`);
      },
    );
    await this.#until(() => !this.#active.has(process));
    if (outcome?.ok === false) this.#watch.report(6, `a run without faults failed: ${describe(outcome)}`);
    return outcome;
  }

  #start(): void {
    const process = this.#process();
    this.#attempts += 1;
    this.#active.add(process);
    // Who comes after a crash may finish the update or go straight back: both must work.
    const { steps, goal } = this.#setup;
    this.#attempt(process, process.number % 2 === 0 ? [goal] : steps).then(
      (outcome) => this.#ended(process, outcome.ok, describe(outcome), outcome.failed.some(isFenced)),
      (error: unknown) => this.#threw(process, error),
    );
  }

  #process(): SimulatedProcess {
    this.#processes += 1;
    return new SimulatedProcess(this.#processes, this.#disturbance.seed, {
      world: this.#world,
      faults: this.#faults,
      blows: { halfStep: () => this.#halfStep(), onBlow: (process, blow) => this.#onBlow(process, blow) },
      requestAgeMaxMs: this.#cloud.requestAgeMaxMs,
    });
  }

  #attempt(process: SimulatedProcess, steps: readonly Step[]): Promise<Outcome> {
    const [objects, faults, watch] = [this.#objects, this.#faults, this.#watch];
    const store = new SimulatedStore({ process, objects, faults, onWrite: (write) => watch.onWrite(write) });
    const provider = this.#cloud.providerOf(process);
    const onPlan = (plan: Plan): void => watch.checkText('a plan', JSON.stringify(plan));
    const isKnownDead = (number: number): boolean => this.#disturbance.sameHost && this.#dead.has(number);
    const emit = (event: Parameters<Watch['event']>[1]): void => {
      this.#world.tracer?.(`  ${process.number}: ${inspect(event, { breakLength: Infinity, depth: 1 })}`);
      watch.event(process, event);
    };
    return operate({ process, objects: store, provider, emit, onPlan, isKnownDead }, steps);
  }

  #halfStep(): Blow | undefined {
    if (this.#isCalm) return undefined;
    const [next] = this.#blows;
    const number = this.#halfSteps;
    this.#halfSteps += 1;
    if (next?.halfStep !== number) return undefined;
    this.#blows.shift();
    return next.blow;
  }

  #onBlow(process: SimulatedProcess, blow: Blow): void {
    if (blow === 'crash') {
      this.#active.delete(process);
      this.#dead.add(process.number);
    }
    this.#startLater(blow === 'crash' ? RESTART_AFTER_MS : 0, 'a successor starts');
  }

  /** `wasFenced`: a later process has taken over, and all that this one did lies before. */
  #ended(process: SimulatedProcess, ok: boolean, why: string, wasFenced: boolean): void {
    if (why.includes(DEFECT)) this.#watch.report(15, `process ${process.number} met ${why}`);
    this.#world.note(`process ${process.number} ends: ${ok ? 'done' : why}`);
    this.#active.delete(process);
    this.#dead.add(process.number);
    process.isDead = true;
    if (ok || !wasFenced) this.#converged = ok;
    if (!ok) this.#again(why, wasFenced);
  }

  #threw(process: SimulatedProcess, error: unknown): void {
    if (!isProblem(error)) this.#watch.report(15, `process ${process.number} threw ${inspect(error)}`);
    this.#watch.checkText('an error', inspect(error));
    this.#ended(
      process,
      false,
      error instanceof Error ? error.message : String(error),
      isProblem(error, 'state.fenced'),
    );
  }

  #startLater(afterMs: number, label: string): void {
    this.#awaited += 1;
    this.#world.schedule(afterMs, label, () => {
      this.#awaited -= 1;
      this.#start();
    });
  }

  #again(why: string, wasFenced: boolean): void {
    if (this.#converged || this.#active.size > 0 || this.#awaited > 0) return;
    if (!wasFenced && this.#isCalmProfile()) this.#watch.report(6, `an attempt failed that nothing disturbed: ${why}`);
    if (this.#attempts >= ATTEMPTS_UNDER_FAULTS) this.#cloud.calmDown();
    if (this.#attempts >= ATTEMPTS_UNDER_FAULTS + ATTEMPTS_IN_CALM) this.#gaveUp = true;
    else this.#startLater(RESTART_AFTER_MS, 'the operator tries again');
  }

  #isCalmProfile(): boolean {
    return Object.keys(this.#disturbance.rates).length === 0;
  }
}

function isFenced(failure: Problem): boolean {
  return isProblem(failure, 'state.fenced');
}

function describe({ failed }: Outcome): string {
  return failed.map((failure) => `${failure.address ?? 'the run'}: ${failure.message}`).join(' | ');
}
