import type { AssetSession } from '#assets/asset-kind.ts';
import type { AssetOrder } from '#cluster/assets.ts';
import { clusterBlueprint } from '#cluster/bootstrap.ts';
import { withClusterKinds } from '#cluster/cluster-kinds.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { deriveToken, parseAddress, parseInstanceId } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { resourceContext } from '#engine/calls.ts';
import { explain, isPending } from '#engine/change.ts';
import { type Plan, planChanges, type Purpose } from '#engine/plan.ts';
import type { ResourceRecord } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import type { CreateContext, Observation, ResourceType } from '#engine/resource.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { Connection, ProviderModule } from '#provider/provider-module.ts';
import { MemoryStore } from '#state/memory-store.ts';
import type { StateLease } from '#state/state-lease.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import { BENCH_CLUSTER, benchStore } from '../bench/bench-state.ts';

export interface StandParts {
  readonly module: ProviderModule;
  readonly spec: ClusterSpec;
  readonly clock: Clock;
  readonly random: Random;
  /** What its machines fetch, and how it comes. @default they are acted, and fetch nothing */
  readonly assets?: Pick<AssetSession, 'fetchAsset'> & { readonly orders: readonly AssetOrder[] | undefined };
  /** Where time has to be moved on for anything to happen. @default it passes by itself */
  readonly run?: <T>(task: Promise<T>) => Promise<T>;
}

/** A provider and one small cluster at it, seen one resource at a time. */
export class ProviderStand {
  readonly #parts: StandParts;
  readonly #connection: Connection;
  readonly #runtime: EngineRuntime;
  readonly #state = new MemoryStore();
  /** Operations that were to change something, since it was last asked. */
  #changes: string[] = [];

  constructor(parts: StandParts) {
    const { module, spec, clock, random } = parts;
    this.#parts = parts;
    this.#connection = module.connect({ region: spec.region, clock, random });
    const { provider } = this.#connection;
    const own = { clock, random, forgotten: new Set(), reissued: new Map(), ...parts.assets };
    const session = { ...(typeof provider.session === 'object' ? provider.session : {}), ...own };
    const types = withClusterKinds(provider.types);
    const budgets = new RateBudgets(provider.budgets, clock);
    this.#runtime = { clock, random, budgets, provider: { ...provider, session, types }, emit: () => undefined };
  }

  get types(): ReadonlyMap<string, ResourceType> {
    return this.#runtime.provider.types;
  }

  apply(): Promise<void> {
    return this.#carryOut(this.#blueprint(), 'apply');
  }

  delete(): Promise<void> {
    return this.#carryOut(new BlueprintBuilder().build(), 'delete');
  }

  /** What an apply would do now. */
  pending(): Promise<readonly string[]> {
    return this.#planned(this.#blueprint(), 'apply', async ({ changes }) =>
      changes.filter(isPending).map(({ action, address, because }) => `${action} ${address}: ${explain(because)}`),
    );
  }

  /** Of what is of the provider's own kinds. */
  records(): Promise<readonly ResourceRecord[]> {
    const { types } = this.#parts.module;
    return this.#leased(async ({ snapshot }) => [...snapshot.records.values()].filter(({ kind }) => types.has(kind)));
  }

  /** Found by its mark, without the state. */
  async walk(): Promise<readonly string[]> {
    const found = await this.#run(this.#connection.walk(BENCH_CLUSTER, new AbortController().signal));
    return found
      .filter(({ goesLater }) => goesLater === undefined)
      .map(({ kind, id }) => `${kind} ${id}`)
      .toSorted();
  }

  observe(record: ResourceRecord): Promise<Observation> {
    return this.#with(record, (type, context) =>
      type.observe(this.#runtime.provider.session, context, { inputs: record.inputs, last: record.outputs }),
    );
  }

  /** The very request that made it, sent once more. */
  createAgain(record: ResourceRecord): Promise<unknown> {
    return this.#with(record, (type, context) => type.create(this.#runtime.provider.session, context, record.inputs));
  }

  sync(record: ResourceRecord): Promise<{ readonly outputs: unknown; readonly changes: readonly string[] }> {
    return this.#with(record, async (type, context) => {
      const { session } = this.#runtime.provider;
      const seen = await type.observe(session, context, { inputs: record.inputs, last: record.outputs });
      if (seen.state !== 'present') return { outputs: undefined, changes: ['nothing is there'] };
      this.#changes = [];
      const outputs = await type.sync(session, context, record.inputs, seen.outputs);
      return { outputs, changes: this.#changes };
    });
  }

  list(kind: string): Promise<readonly string[] | undefined> {
    const type = this.types.get(kind);
    if (type?.list === undefined) return Promise.resolve(undefined);
    return this.#leased(async (journal) => {
      const { cluster, ...context } = this.#contextOf(journal, { address: 'stray', instanceId: 'straystray' });
      const listed = await type.list?.(this.#runtime.provider.session, { ...context, cluster });
      return listed?.map(({ owner }) => owner.instanceId).toSorted();
    });
  }

  #blueprint(): Blueprint {
    const { spec, module, assets } = this.#parts;
    const { constructs } = module;
    return clusterBlueprint({ spec, uid: BENCH_CLUSTER, demand: {}, constructs, assets: assets?.orders });
  }

  #contextOf(journal: StateLease, record: { readonly address: string; readonly instanceId: string }) {
    const context = resourceContext({
      runtime: this.#runtime,
      cluster: BENCH_CLUSTER,
      address: parseAddress(record.address),
      instanceId: parseInstanceId(record.instanceId),
      signal: new AbortController().signal,
      journal,
    });
    const mutate: typeof context.mutate = (call, request) => {
      this.#changes.push(call.purpose);
      return context.mutate(call, request);
    };
    return { ...context, mutate };
  }

  #with<T>(record: ResourceRecord, act: (type: ResourceType, context: CreateContext) => Promise<T>): Promise<T> {
    const type = this.types.get(record.kind);
    if (type === undefined) throw new Error(`Nobody knows the kind ${record.kind}.`);
    return this.#leased((journal) => {
      const { instanceId, inputs } = record;
      const [variant = ''] = type.variants?.(inputs) ?? [];
      const lot = [instanceId];
      const token = deriveToken({ instanceId, variant, attempt: 1 });
      return act(type, { ...this.#contextOf(journal, record), token, variant, lot });
    });
  }

  async #carryOut(blueprint: Blueprint, purpose: Purpose): Promise<void> {
    await this.#planned(blueprint, purpose, async (plan, journal) => {
      const result = await applyPlan(plan, { runtime: this.#runtime, journal });
      if (!result.ok) throw new AggregateError(result.failed, result.failed.map(({ message }) => message).join('\n'));
    });
  }

  #planned<T>(
    blueprint: Blueprint,
    purpose: Purpose,
    task: (plan: Plan, journal: StateLease) => Promise<T>,
  ): Promise<T> {
    return this.#leased(async (lease) => {
      const observations = await observeAll(this.#runtime, lease.snapshot, lease.lost);
      return task(planChanges(blueprint, lease.snapshot, { types: this.types, observations, purpose }), lease);
    });
  }

  #leased<T>(task: (lease: StateLease) => Promise<T>): Promise<T> {
    const { clock, random } = this.#parts;
    const work = async (): Promise<T> => {
      await using lease = await benchStore({ objects: this.#state, clock, random }).acquire();
      return await task(lease);
    };
    return this.#run(work());
  }

  #run<T>(task: Promise<T>): Promise<T> {
    return this.#parts.run === undefined ? task : this.#parts.run(task);
  }
}
