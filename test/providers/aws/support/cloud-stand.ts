import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { parseAddress, parseInstanceId } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { resourceContext } from '#engine/calls.ts';
import { explain, isPending } from '#engine/change.ts';
import type { EngineEvent } from '#engine/event.ts';
import { type Plan, planChanges, type Purpose } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { MachineCare } from '#provider/machine-care.ts';
import type { Connection } from '#provider/provider-module.ts';
import { awsModule, type AwsModuleOptions } from '#providers/aws/aws-module.ts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { openSession } from '#providers/aws/open-session.ts';
import type { AwsSession } from '#providers/aws/session.ts';
import { tagValue } from '#providers/aws/tags.ts';
import { openSimulatedAccount, type SimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { MemoryStore } from '#state/memory-store.ts';
import type { StateLease } from '#state/state-lease.ts';
import { benchStore } from '../../../bench/bench-state.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { type DeclaredCluster, declareCluster, REGION, UID } from './declared-cluster.ts';
import { ACTED } from '../../../support/acted-machines.ts';

/** A whole cluster, or a few resources by themselves. */
export type Declared = DeclaredCluster | ((builder: BlueprintBuilder) => void);

interface StandOptions {
  readonly seed?: number;
  readonly weather?: Weather;
  /** Looks over the shoulder of every program. @default nobody does */
  readonly overlook?: (clients: AwsClients) => AwsClients;
}

interface RunOptions {
  /** The operator leaves then, whatever is under way. */
  readonly leaveAfterMs?: number;
}

/** The whole provider on a simulated account, in virtual time; every run is by a program that has just started. */
export class CloudStand {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly services: AwsClients;
  /** Of somebody who asks or acts outside of any run. */
  readonly session: AwsSession;
  /** Operations that changed something in the account, in order. */
  readonly changes: readonly string[];
  readonly events: EngineEvent[] = [];
  readonly #account: SimulatedAccount;
  readonly #overlook: NonNullable<StandOptions['overlook']>;
  readonly #state = new MemoryStore();

  private constructor(
    account: SimulatedAccount,
    { clock, random }: { clock: VirtualClock; random: SeededRandom },
    { changes, overlook }: { changes: readonly string[]; overlook: NonNullable<StandOptions['overlook']> },
  ) {
    this.clock = clock;
    this.random = random;
    this.changes = changes;
    this.#account = account;
    this.#overlook = overlook;
    this.services = account.services(REGION);
    const { consistency } = this.connect();
    this.session = openSession(this.services, { region: REGION, clock, consistency, userDataOf: ACTED.userDataOf });
  }

  static async open(options: StandOptions = {}): Promise<CloudStand> {
    const { seed = 1, weather = CALM_WEATHER, overlook = (clients) => clients } = options;
    const ports = { clock: new VirtualClock(), random: new SeededRandom(seed) };
    const changes: string[] = [];
    const witness = { after: ({ operation }: { readonly operation: string }) => void changes.push(operation) };
    const account = await openSimulatedAccount({ ...ports, seed: String(seed), weather, witness });
    return new CloudStand(account, ports, { changes, overlook });
  }

  /** A program that has just started. */
  connect(machines: AwsModuleOptions['machines'] = 'acted'): Connection {
    const { clock, random } = this;
    const module = awsModule({
      name: 'simulator',
      ...ACTED,
      machines,
      servicesOf: (region) => this.#overlook(this.#account.services(region)),
    });
    return module.connect({ region: REGION, clock, random });
  }

  /** Of somebody at a terminal, beside all runs. */
  care(): MachineCare {
    const { care } = this.connect('real');
    if (care === undefined) throw new TypeError('Nobody cares for these machines.');
    return care;
  }

  /** What a resource method is given, outside of any run. */
  context(): ResourceContext {
    return resourceContext({
      runtime: this.#runtime(),
      cluster: UID,
      address: parseAddress('thing'),
      instanceId: parseInstanceId('instanceinstance'),
      signal: new AbortController().signal,
      journal: { guard: async () => undefined },
    });
  }

  run<T>(task: Promise<T>): Promise<T> {
    return this.clock.run(task);
  }

  apply(declared: Declared, options?: RunOptions): Promise<ApplyResult> {
    return this.#applied(blueprintOf(declared), 'apply', options);
  }

  delete(): Promise<ApplyResult> {
    return this.#applied(new BlueprintBuilder().build(), 'delete');
  }

  /** What an apply would do, one line a change. */
  plan(declared: Declared): Promise<readonly string[]> {
    return this.#planned(blueprintOf(declared), 'apply', async ({ changes }) =>
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

  #applied(blueprint: Blueprint, purpose: Purpose, { leaveAfterMs }: RunOptions = {}): Promise<ApplyResult> {
    const leaving = new AbortController();
    const over = new AbortController();
    return this.#planned(blueprint, purpose, async (plan, runtime, journal) => {
      if (leaveAfterMs !== undefined) {
        const leave = (): void => leaving.abort(new Error('left'));
        this.clock.sleep(leaveAfterMs, over.signal).then(leave, () => undefined);
      }
      const result = await applyPlan(plan, { runtime, journal, abort: leaving.signal });
      over.abort(new Error('over'));
      return result;
    });
  }

  #planned<T>(
    blueprint: Blueprint,
    purpose: Purpose,
    task: (plan: Plan, runtime: EngineRuntime, journal: StateLease) => Promise<T>,
  ): Promise<T> {
    const { clock, random } = this;
    const runtime = this.#runtime();
    const { types } = runtime.provider;
    const work = async (): Promise<T> => {
      await using lease = await benchStore({ objects: this.#state, clock, random }).acquire();
      const observations = await observeAll(runtime, lease.snapshot, lease.lost);
      const plan = planChanges(blueprint, lease.snapshot, { types, observations, purpose });
      return await task(plan, runtime, lease);
    };
    return this.run(work());
  }

  #runtime(): EngineRuntime {
    const { clock, random } = this;
    const { provider } = this.connect();
    const budgets = new RateBudgets(provider.budgets, clock);
    return { clock, random, provider, budgets, emit: (event) => void this.events.push(event) };
  }
}

function blueprintOf(declared: Declared): Blueprint {
  const builder = new BlueprintBuilder();
  if (typeof declared === 'function') declared(builder);
  else declareCluster(builder, declared);
  return builder.build();
}
