import { inspect } from 'node:util';
import { isProblem, problem, type Problem } from '#engine/problem.ts';
import type { Plan } from '#engine/plan.ts';
import { CanaryWatch } from './canaries.ts';
import { FaultLottery, type FaultRates } from './faults.ts';
import { Checker, type Violation } from './invariants.ts';
import { operate, type Outcome } from './operator.ts';
import { type Blow, SimulatedProcess } from './process.ts';
import { checkQuiescence, normalForm, type NormalForm } from './quiescence.ts';
import type { PlannedBlow, Scenario } from './scenario.ts';
import { mixSeeds } from './seeded-random.ts';
import { type Beginning, copyBeginning, type Setup } from './setups.ts';
import { SimulatedStore } from './simulated-store.ts';
import { CANARIES } from './topologies.ts';
import { ToyAccount } from './toy-account.ts';
import type { ToyKind } from './toy-rules.ts';
import { TOY_CONSISTENCY } from './toy-provider.ts';
import { ToySession } from './toy-session.ts';
import { CLUSTER, type Step } from './undertaking.ts';
import { World } from './world.ts';

export interface RunResult {
  readonly violations: readonly Violation[];
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
const CANARY_WATCH = new CanaryWatch(CANARIES);

/** One scenario from its beginning to the judgement. */
export async function runScenario(
  scenario: Scenario,
  setup: Setup,
  tracer?: (line: string) => void,
): Promise<RunResult> {
  const run = new Run(scenario, setup, tracer);
  await run.disturbed();
  await run.calm();
  return run.result();
}

class Run {
  readonly #scenario: Scenario;
  readonly #setup: Setup;
  readonly #world: World;
  readonly #faults: FaultLottery;
  readonly #account: ToyAccount;
  readonly #beginning: Beginning;
  readonly #checker: Checker;
  readonly #startMs: number;
  readonly #active = new Set<SimulatedProcess>();
  readonly #blows: PlannedBlow[];
  readonly #dead = new Set<number>();
  #halfSteps = 0;
  #processes = 0;
  #attempts = 0;
  /** Processes that are about to start. */
  #awaited = 0;
  #converged = false;
  #gaveUp = false;

  constructor(scenario: Scenario, setup: Setup, tracer: ((line: string) => void) | undefined) {
    this.#scenario = scenario;
    this.#setup = setup;
    this.#beginning = copyBeginning(setup);
    const { account, ledger, nowMs } = this.#beginning;
    const seed = mixSeeds(scenario.seed);
    const world = new World({ seed, startMs: nowMs, tracer });
    this.#world = world;
    this.#startMs = nowMs;
    this.#faults = new FaultLottery(world.random, scenario.rates);
    const surroundings = { nowMs: () => world.nowMs, random: world.random, faults: this.#faults };
    this.#account = new ToyAccount(account, { ...surroundings, visibleWithinMs: TOY_CONSISTENCY.visibleWithinMs });
    const mayDouble = mayDoubleUnder(scenario.rates);
    this.#checker = new Checker({
      cluster: CLUSTER,
      account: this.#account,
      ledger,
      canaries: CANARY_WATCH,
      nowMs: () => world.nowMs,
      visibleWithinMs: TOY_CONSISTENCY.visibleWithinMs,
      mayDouble,
    });
    this.#account.watcher = this.#checker;
    this.#blows = [...scenario.blows];
  }

  /** The operation with all that befalls it, until one process says that it is done and nobody works any more. */
  async disturbed(): Promise<void> {
    const { secondOperatorAtMs } = this.#scenario;
    this.#start();
    if (secondOperatorAtMs !== undefined) {
      this.#world.schedule(secondOperatorAtMs, 'a second operator starts', () => {
        this.#faults.count('second-operator');
        this.#start();
      });
    }
    await this.#until(() => (this.#converged || this.#gaveUp) && this.#active.size === 0 && this.#awaited === 0);
    if (!this.#converged) this.#checker.report(6, `no process converged in ${this.#attempts} attempts`);
  }

  /** Late messages land and all must be well; then one run without faults must find nothing to do, or undo what came late. */
  async calm(): Promise<void> {
    this.#blows.length = 0;
    await this.#rest();
    if (this.#isBroken) return;
    const { rates } = this.#scenario;
    // What is made twice by itself may arrive after everybody has left: only the next run can clear that away.
    const isFinal = rates['duplicate-delivery'] === undefined && rates['token-forgotten'] === undefined;
    if (isFinal) this.#judge();
    this.#faults.end();
    const { goal } = this.#setup;
    const first = await this.#undisturbed(goal);
    if (first?.wasIdle === false) {
      if (isFinal) this.#checker.report(6, 'a second plan is not empty');
      const second = await this.#undisturbed(goal);
      if (second?.wasIdle === false) this.#checker.report(6, 'the plan after a run without faults is not empty');
    }
    await this.#rest();
    if (!this.#isBroken) this.#judge();
  }

  get #isBroken(): boolean {
    return this.#checker.violations.length > 0;
  }

  /** Whatever is under way ends; a stray is sent away without waiting for its end. */
  async #rest(): Promise<void> {
    this.#world.schedule(REST_MS, 'rest', () => undefined);
    await this.#until(() => false);
  }

  #judge(): void {
    const { form, foreign } = this.#setup;
    if (form === undefined) return;
    const quiet = { cluster: CLUSTER, account: this.#account, ledger: this.#beginning.ledger };
    const { operation } = this.#scenario;
    const isDelete = operation === 'delete' || operation === 'cancel';
    checkQuiescence(quiet, this.#checker, { form, foreign, isDelete, isRollback: operation === 'rollback' });
  }

  result(): RunResult {
    const { nowMs, events, traceHash } = this.#world;
    const { account, objects, ledger } = this.#beginning;
    return {
      violations: this.#checker.violations,
      halfSteps: this.#halfSteps,
      virtualMs: nowMs - this.#startMs,
      events,
      processes: this.#processes,
      traceHash,
      faults: this.#faults.counts,
      form: normalForm({ cluster: CLUSTER, account: this.#account, ledger }),
      end: { nowMs: nowMs + 3_600_000, account, objects, ledger },
    };
  }

  async #until(isDone: () => boolean): Promise<void> {
    const stop = await this.#world.run(isDone, { eventsMax: EVENTS_MAX, untilMs: this.#startMs + VIRTUAL_MAX_MS });
    if (stop === 'too-many-events' || stop === 'too-late')
      this.#checker.report(6, `it does not come to an end: ${stop}`);
    // With nobody active the run is over; otherwise somebody waits for what will never come.
    if (stop === 'idle' && this.#active.size > 0) this.#checker.report(6, 'a process waits for what never comes');
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
        this.#checker.report(6, `a run without faults failed: ${inspect(error)}`);
      },
    );
    await this.#until(() => !this.#active.has(process));
    if (outcome?.ok === false) this.#checker.report(6, `a run without faults failed: ${describe(outcome)}`);
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
    return new SimulatedProcess(this.#processes, this.#scenario.seed, {
      world: this.#world,
      faults: this.#faults,
      blows: { halfStep: () => this.#halfStep(), onBlow: (process, blow) => this.#onBlow(process, blow) },
      requestAgeMaxMs: TOY_CONSISTENCY.requestAgeMaxMs,
    });
  }

  #attempt(process: SimulatedProcess, steps: readonly Step[]): Promise<Outcome> {
    const { objects } = this.#beginning;
    const [faults, checker] = [this.#faults, this.#checker];
    const store = new SimulatedStore({ process, objects, faults, onWrite: (write) => checker.onWrite(write) });
    const session = new ToySession({ process, account: this.#account, faults, watcher: checker });
    const onPlan = (plan: Plan): void => checker.checkText('a plan', JSON.stringify(plan));
    const isKnownDead = (number: number): boolean => this.#scenario.sameHost && this.#dead.has(number);
    const emit = (event: Parameters<Checker['event']>[1]): void => {
      this.#world.tracer?.(`  ${process.number}: ${inspect(event, { breakLength: Infinity, depth: 1 })}`);
      checker.event(process, event);
    };
    return operate({ process, objects: store, session, emit, onPlan, isKnownDead }, steps);
  }

  #halfStep(): Blow | undefined {
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
    if (why.includes(DEFECT)) this.#checker.report(15, `process ${process.number} met ${why}`);
    this.#world.note(`process ${process.number} ends: ${ok ? 'done' : why}`);
    this.#active.delete(process);
    this.#dead.add(process.number);
    process.isDead = true;
    if (ok || !wasFenced) this.#converged = ok;
    if (!ok) this.#again(why, wasFenced);
  }

  #threw(process: SimulatedProcess, error: unknown): void {
    if (!isProblem(error)) this.#checker.report(15, `process ${process.number} threw ${inspect(error)}`);
    this.#checker.checkText('an error', inspect(error));
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
    if (!wasFenced && this.#isCalmProfile())
      this.#checker.report(6, `an attempt failed that nothing disturbed: ${why}`);
    if (this.#attempts >= ATTEMPTS_UNDER_FAULTS) this.#faults.end();
    if (this.#attempts >= ATTEMPTS_UNDER_FAULTS + ATTEMPTS_IN_CALM) this.#gaveUp = true;
    else this.#startLater(RESTART_AFTER_MS, 'the operator tries again');
  }

  #isCalmProfile(): boolean {
    return Object.keys(this.#scenario.rates).length === 0;
  }
}

/** The network doubles requests by itself, a forgotten token doubles servers: what comes of it is cleared away later. */
function mayDoubleUnder(rates: FaultRates): (kind: ToyKind) => boolean {
  const isDoubled = rates['duplicate-delivery'] !== undefined;
  const wanders = isDoubled && (rates['no-capacity'] ?? rates['zone-lost']) !== undefined;
  const serverMay = wanders || rates['token-forgotten'] !== undefined;
  return (kind) => (kind === 'toy.network' && isDoubled) || (kind === 'toy.server' && serverMay);
}

function isFenced(failure: Problem): boolean {
  return isProblem(failure, 'state.fenced');
}

function describe({ failed }: Outcome): string {
  return failed.map((failure) => `${failure.address ?? 'the run'}: ${failure.message}`).join(' | ');
}
