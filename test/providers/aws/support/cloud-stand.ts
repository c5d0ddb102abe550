import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { explain, isPending } from '#engine/change.ts';
import type { EngineEvent } from '#engine/event.ts';
import { type Plan, planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { Connection } from '#provider/provider-module.ts';
import { awsModule } from '#providers/aws/aws-module.ts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { tagValue } from '#providers/aws/tags.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { MemoryStore } from '#state/memory-store.ts';
import type { StateLease } from '#state/state-lease.ts';
import { benchStore } from '../../../bench/bench-state.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { type DeclaredCluster, declareCluster, REGION } from './declared-cluster.ts';

interface StandOptions {
  readonly seed?: number;
  readonly weather?: Weather;
}

/** The whole provider on a simulated account, in virtual time; every run is by a program that has just started. */
export class CloudStand {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly services: AwsClients;
  /** Operations that changed something in the account, in order. */
  readonly changes: readonly string[];
  readonly events: EngineEvent[] = [];
  readonly #account: SimulatedAccount;
  readonly #state = new MemoryStore();

  private constructor(
    account: SimulatedAccount,
    { clock, random }: { clock: VirtualClock; random: SeededRandom },
    changes: readonly string[],
  ) {
    this.clock = clock;
    this.random = random;
    this.changes = changes;
    this.services = account.services(REGION);
    this.#account = account;
  }

  static async open({ seed = 1, weather = CALM_WEATHER }: StandOptions = {}): Promise<CloudStand> {
    const ports = { clock: new VirtualClock(), random: new SeededRandom(seed) };
    const changes: string[] = [];
    const witness = { after: ({ operation }: { readonly operation: string }) => void changes.push(operation) };
    const account = await openSimulatedAccount({ ...ports, seed: String(seed), weather, witness });
    return new CloudStand(account, ports, changes);
  }

  /** A program that has just started. */
  connect(): Connection {
    const { clock, random } = this;
    const module = awsModule({ name: 'simulator', servicesOf: (region) => this.#account.services(region) });
    return module.connect({ region: REGION, clock, random });
  }

  run<T>(task: Promise<T>): Promise<T> {
    return this.clock.run(task);
  }

  apply(cluster: DeclaredCluster): Promise<ApplyResult> {
    return this.#applied(blueprintOf(cluster), 'apply');
  }

  delete(): Promise<ApplyResult> {
    return this.#applied(new BlueprintBuilder().build(), 'delete');
  }

  /** What an apply would do, one line a change. */
  plan(cluster: DeclaredCluster): Promise<readonly string[]> {
    return this.#planned(blueprintOf(cluster), 'apply', async ({ changes }) =>
      changes.filter(isPending).map(({ action, address, because }) => `${action} ${address}: ${explain(because)}`),
    );
  }

  /** Machines that are there, by their name tag and then their zone. */
  async machines(): Promise<readonly Instance[]> {
    const { Reservations = [] } = await this.run(
      this.services.ec2.send(new DescribeInstancesCommand({ MaxResults: 1_000 })),
    );
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    const sortKey = ({ Tags, Placement }: Instance): string =>
      `${tagValue(Tags, 'Name')} ${Placement?.AvailabilityZone}`;
    return all
      .filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
      .toSorted((left, right) => sortKey(left).localeCompare(sortKey(right)));
  }

  /** Operations that changed something while the task ran, in order. */
  async changesDuring(task: () => Promise<unknown>): Promise<readonly string[]> {
    const before = this.changes.length;
    await task();
    return this.changes.slice(before);
  }

  /** Kinds of what is truly there, one word for each object. */
  async walk(): Promise<readonly string[]> {
    const objects = await this.run(this.#account.walk());
    return objects
      .filter(({ isAlive }) => isAlive)
      .map(({ kind }) => kind)
      .toSorted();
  }

  #applied(blueprint: Blueprint, purpose: Purpose): Promise<ApplyResult> {
    return this.#planned(blueprint, purpose, (plan, runtime, journal) => applyPlan(plan, { runtime, journal }));
  }

  #planned<T>(
    blueprint: Blueprint,
    purpose: Purpose,
    task: (plan: Plan, runtime: EngineRuntime, journal: StateLease) => Promise<T>,
  ): Promise<T> {
    const { clock, random } = this;
    const { provider } = this.connect();
    const budgets = new RateBudgets(provider.budgets, clock);
    const emit = (event: EngineEvent): void => void this.events.push(event);
    const runtime: EngineRuntime = { clock, random, provider, budgets, emit };
    const work = async (): Promise<T> => {
      await using lease = await benchStore({ objects: this.#state, clock, random }).acquire();
      const observations = await observeAll(runtime, lease.snapshot, lease.lost);
      const plan = planChanges(blueprint, lease.snapshot, { types: provider.types, observations, purpose });
      return await task(plan, runtime, lease);
    };
    return this.run(work());
  }
}

function blueprintOf(cluster: DeclaredCluster): Blueprint {
  const builder = new BlueprintBuilder();
  declareCluster(builder, cluster);
  return builder.build();
}
