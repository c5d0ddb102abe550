import { parseAddress, parseClusterUid, parseInstanceId } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { resourceContext } from '#engine/calls.ts';
import type { EngineEvent } from '#engine/event.ts';
import { isEmpty, planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { EngineRuntime, Provider } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import { PUBLISHED_BUDGETS } from '#providers/aws/budgets.ts';
import { AWS_TYPES } from '#providers/aws/kinds.ts';
import { openSession } from '#providers/aws/open-session.ts';
import type { AwsClients } from '#providers/aws/clients.ts';
import type { AwsSession } from '#providers/aws/session.ts';
import type { Change } from '#providers/simulator/account-log.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { benchStore } from '../../../bench/bench-state.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

export const CLUSTER = parseClusterUid('benchbench');
export const REGION = 'eu-west-3';

/** The widest gap that any weather of these tests makes between a deed and its sight. */
const CONSISTENCY = { visibleWithinMs: 15_000, requestAgeMaxMs: 10_000, pollMs: 1_000 };

/** A simulated account and programs that work on it, in virtual time. */
export class AccountStand {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly services: AwsClients;
  readonly session: AwsSession;
  readonly events: EngineEvent[] = [];
  /** Operations that changed something, in order. */
  readonly changes: string[];
  readonly #account: SimulatedAccount;
  readonly #state = new MemoryStore();
  readonly #runtime: EngineRuntime;

  private constructor(seed: number, clock: VirtualClock, account: SimulatedAccount, changes: string[]) {
    this.clock = clock;
    this.random = new SeededRandom(seed);
    this.changes = changes;
    this.#account = account;
    this.services = account.services(REGION);
    this.session = openSession(this.services, { region: REGION, clock, consistency: CONSISTENCY });
    this.#runtime = this.#newRuntime(this.session);
  }

  static async open({
    seed = 1,
    weather = CALM_WEATHER,
  }: { seed?: number; weather?: Weather } = {}): Promise<AccountStand> {
    const clock = new VirtualClock();
    const changes: string[] = [];
    const witness = { after: ({ operation }: Change) => void changes.push(operation) };
    const random = new SeededRandom(seed);
    const account = await openSimulatedAccount({ clock, random, seed: String(seed), weather, witness });
    return new AccountStand(seed, clock, account, changes);
  }

  /** What a resource method is given, outside of any run. */
  context(name = 'thing', instance = 'instanceinstance'): ResourceContext {
    return resourceContext({
      runtime: this.#runtime,
      cluster: CLUSTER,
      address: parseAddress(name),
      instanceId: parseInstanceId(instance),
      signal: new AbortController().signal,
      journal: { guard: async () => undefined },
    });
  }

  run<T>(task: Promise<T>): Promise<T> {
    return this.clock.run(task);
  }

  /** Brings the account to the blueprint, by a program that has just started and is left after `leaveAfterMs`. */
  apply(
    declare: (builder: BlueprintBuilder) => void,
    { purpose = 'apply', leaveAfterMs }: { purpose?: Purpose; leaveAfterMs?: number } = {},
  ): Promise<ApplyResult> {
    const leaving = new AbortController();
    const over = new AbortController();
    return this.#withPlan(declare, purpose, async (plan, runtime, journal) => {
      if (leaveAfterMs !== undefined) {
        const leave = (): void => leaving.abort(new Error('left'));
        this.clock.sleep(leaveAfterMs, over.signal).then(leave, () => undefined);
      }
      const result = await applyPlan(plan, { runtime, journal, abort: leaving.signal });
      over.abort(new Error('over'));
      return result;
    });
  }

  delete(): Promise<ApplyResult> {
    return this.apply(() => undefined, { purpose: 'delete' });
  }

  /** Whether everything is as declared. */
  isSettled(declare: (builder: BlueprintBuilder) => void): Promise<boolean> {
    return this.#withPlan(declare, 'apply', async (plan) => isEmpty(plan));
  }

  /** Kinds of what is truly there, one word for each object. */
  async walk(): Promise<readonly string[]> {
    const objects = await this.run(this.#account.walk());
    return objects
      .filter(({ isAlive }) => isAlive)
      .map(({ kind }) => kind)
      .toSorted();
  }

  #withPlan<T>(
    declare: (builder: BlueprintBuilder) => void,
    purpose: Purpose,
    task: (
      plan: ReturnType<typeof planChanges>,
      runtime: EngineRuntime,
      journal: Parameters<typeof applyPlan>[1]['journal'],
    ) => Promise<T>,
  ): Promise<T> {
    const runtime = this.#newRuntime(
      openSession(this.services, { region: REGION, clock: this.clock, consistency: CONSISTENCY }),
    );
    const work = async (): Promise<T> => {
      await using lease = await benchStore({ objects: this.#state, clock: this.clock, random: this.random }).acquire();
      const observations = await observeAll(runtime, lease.snapshot, lease.lost);
      const { types } = runtime.provider;
      const plan = planChanges(blueprintOf(declare), lease.snapshot, { types, observations, purpose });
      return await task(plan, runtime, lease);
    };
    return this.run(work());
  }

  #newRuntime(session: AwsSession): EngineRuntime {
    const { clock, random } = this;
    const provider: Provider = {
      session,
      types: AWS_TYPES,
      consistency: CONSISTENCY,
      deadlines: { callMs: 8_000, conditionMs: 600_000 },
      budgets: PUBLISHED_BUDGETS,
    };
    const budgets = new RateBudgets(provider.budgets, clock);
    return { clock, random, provider, budgets, emit: (event) => void this.events.push(event) };
  }
}

function blueprintOf(declare: (builder: BlueprintBuilder) => void): Blueprint {
  const builder = new BlueprintBuilder();
  declare(builder);
  return builder.build();
}
