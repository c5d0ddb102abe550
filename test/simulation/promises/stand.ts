import { applyPlan, type ApplyOptions } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import type { EngineEvent } from '#engine/event.ts';
import { type Plan, planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import { MemoryObjects } from '#state/memory-store.ts';
import type { StateLease } from '#state/state-lease.ts';
import { FaultLottery, type FaultRates } from '../faults.ts';
import { openStateStore } from '../open-store.ts';
import { SimulatedProcess } from '../process.ts';
import { SimulatedStore } from '../simulated-store.ts';
import { emptyAccount, ToyAccount } from '../toy-account.ts';
import type { ToyObject } from '../toy-object.ts';
import { TOY_CONSISTENCY, toyProvider } from '../toy-provider.ts';
import type { ToyKind } from '../toy-rules.ts';
import { ToySession } from '../toy-session.ts';
import { World } from '../world.ts';

export type ApplySignals = Pick<ApplyOptions, 'stop' | 'abort'>;

const NOBODY_WATCHES = { sent: () => undefined, arriving: () => undefined };
const EVENTS_MAX = 50_000;
const VIRTUAL_MAX_MS = 3_600_000;

export function blueprint(declare: (builder: BlueprintBuilder) => void): Blueprint {
  const builder = new BlueprintBuilder();
  declare(builder);
  return builder.build();
}

/** A calm world, an account and a state, in which one program after the other is run to its end. */
export class Stand {
  readonly events: EngineEvent[] = [];
  readonly account: ToyAccount;
  readonly #seed: number;
  readonly #world: World;
  readonly #objects = new MemoryObjects();
  readonly #faults: FaultLottery;
  #processes = 0;

  constructor(seed = 7) {
    this.#seed = seed;
    this.#world = new World({ seed, startMs: 0, tracer: undefined });
    this.#faults = new FaultLottery(this.#world.random, {});
    const around = { nowMs: () => this.#world.nowMs, random: this.#world.random, faults: this.#faults };
    this.account = new ToyAccount(emptyAccount(), { ...around, visibleWithinMs: TOY_CONSISTENCY.visibleWithinMs });
  }

  /** What befalls the programs that run from here on. */
  weather(rates: FaultRates): void {
    this.#faults.change(rates);
  }

  /** Something that happens by itself after that time. */
  later(ms: number, happening: () => void): void {
    this.#world.schedule(ms, 'happening', happening);
  }

  /** Lets everything arrive that is under way. */
  async rest(): Promise<void> {
    await this.#world.run(() => false, { eventsMax: EVENTS_MAX, untilMs: this.#world.nowMs + VIRTUAL_MAX_MS });
  }

  living(kind: ToyKind): readonly ToyObject[] {
    return this.account.living().filter((object) => object.kind === kind);
  }

  plan(wanted: Blueprint, purpose: Purpose = 'apply'): Promise<Plan> {
    return this.withLease((lease, runtime) => planOf(lease, runtime, wanted, purpose));
  }

  apply(wanted: Blueprint, signals: ApplySignals = {}, purpose: Purpose = 'apply'): Promise<ApplyResult> {
    return this.withLease(async (lease, runtime) => {
      const plan = await planOf(lease, runtime, wanted, purpose);
      return applyPlan(plan, { runtime, journal: lease, ...signals });
    });
  }

  carryOut(plan: Plan): Promise<ApplyResult> {
    return this.withLease((lease, runtime) => applyPlan(plan, { runtime, journal: lease }));
  }

  /** One process, from taking the lease to letting it go. */
  async withLease<T>(task: (lease: StateLease, runtime: EngineRuntime) => Promise<T>): Promise<T> {
    const process = this.#process();
    const session = new ToySession({ process, account: this.account, faults: this.#faults, watcher: NOBODY_WATCHES });
    const provider = toyProvider(session);
    const emit = (event: EngineEvent): number => this.events.push(event);
    const { clock, random } = process;
    const runtime = { clock, random, provider, budgets: new RateBudgets(provider.budgets, clock), emit };
    const objects = new SimulatedStore({
      process,
      objects: this.#objects,
      faults: this.#faults,
      onWrite: () => undefined,
    });
    const store = openStateStore({ process, objects, emit, isKnownDead: () => false });
    const work = async (): Promise<T> => {
      await using lease = await store.acquire({ wait: true });
      return await task(lease, runtime);
    };
    return this.#world.finish(work(), { eventsMax: EVENTS_MAX, untilMs: this.#world.nowMs + VIRTUAL_MAX_MS });
  }

  #process(): SimulatedProcess {
    this.#processes += 1;
    const blows = { halfStep: () => undefined, onBlow: () => undefined };
    const { requestAgeMaxMs } = TOY_CONSISTENCY;
    return new SimulatedProcess(this.#processes, this.#seed, {
      world: this.#world,
      faults: this.#faults,
      blows,
      requestAgeMaxMs,
    });
  }
}

async function planOf(lease: StateLease, runtime: EngineRuntime, wanted: Blueprint, purpose: Purpose): Promise<Plan> {
  const observations = await observeAll(runtime, lease.snapshot, lease.lost);
  return planChanges(wanted, lease.snapshot, { types: runtime.provider.types, observations, purpose });
}
