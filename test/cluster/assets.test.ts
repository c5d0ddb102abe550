import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asset, type AssetSession } from '#assets/asset-kind.ts';
import { type AssetOrder, assetsFor, assetsOfStages, declareAssets } from '#cluster/assets.ts';
import { applyPlan } from '#engine/apply.ts';
import { BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { isPending } from '#engine/change.ts';
import { planChanges } from '#engine/plan.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { localPlaces } from '#providers/local/local-places.ts';
import { DirectoryShelf } from '#providers/local/shelf/directory-shelf.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { SystemClock } from '#std/system-clock.ts';
import { AssetStand, namesIn } from '../assets/support/asset-stand.ts';
import { BENCH_CLUSTER, benchStore } from '../bench/bench-state.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';

const TYPES = new Map([[asset.kind, asset]]);

let stand: AssetStand;
let shelf = '';
let runtime: EngineRuntime;
let state: MemoryStore;
beforeEach(async () => {
  stand = await AssetStand.open();
  state = new MemoryStore();
  const { root, ground } = stand;
  const places = localPlaces({ data: join(root, 'data'), cache: join(root, 'caches'), runtime: join(root, 'run') });
  shelf = places.of(BENCH_CLUSTER).assets;
  const cache = stand.cache();
  const session: AssetSession = {
    assets: new DirectoryShelf({ world: ground, places }),
    fetchAsset: (wanted, signal) => cache.obtain(wanted, signal),
  };
  const clock = new SystemClock();
  const budgets = { local: { capacity: 8, refillPerSecond: 50 } };
  runtime = {
    clock,
    random: new SeededRandom(1),
    budgets: new RateBudgets(budgets, clock),
    emit: () => undefined,
    provider: {
      session,
      types: TYPES,
      budgets,
      consistency: { visibleWithinMs: 0, requestAgeMaxMs: 0, pollMs: 10 },
      deadlines: { callMs: 10_000, conditionMs: 60_000 },
    },
  };
});
afterEach(() => stand[Symbol.asyncDispose]());

function ordered(name: string, bytes?: Uint8Array): AssetOrder {
  const { sha256, form, from } = stand.publish(bytes === undefined ? name : `${name}-again`, bytes);
  return { name, sha256, form, from };
}

/** Makes it so, and says what it took. */
async function apply(orders: readonly AssetOrder[]): Promise<readonly string[]> {
  const builder = new BlueprintBuilder();
  declareAssets({ builder }, orders);
  const { clock, random } = runtime;
  await using lease = await benchStore({ objects: state, clock, random }).acquire();
  const observations = await observeAll(runtime, lease.snapshot, lease.lost);
  const purpose = orders.length === 0 ? 'delete' : 'apply';
  const plan = planChanges(builder.build(), lease.snapshot, { types: TYPES, observations, purpose });
  const { failed } = await applyPlan(plan, { runtime, journal: lease });
  if (failed.length > 0) return failed.map(({ code }) => code);
  return plan.changes.filter(isPending).map(({ action, address }) => `${action} ${address}`);
}

async function shelved(): Promise<readonly string[]> {
  return namesIn(shelf);
}

function digests(orders: readonly AssetOrder[]): readonly string[] {
  return orders.map(({ sha256 }) => sha256).toSorted();
}

describe('assets of a cluster', () => {
  test('are put on its shelf, stay there, and go with it', async () => {
    const orders = [ordered('node-bundle'), ordered('etcd')];
    expect(await apply(orders)).toEqual(['create asset.node-bundle', 'create asset.etcd']);
    expect(await shelved()).toEqual(digests(orders));
    expect(await apply(orders)).toEqual([]);
    expect(stand.server.requests).toHaveLength(2);
    expect(await apply([])).toHaveLength(2);
    expect(await shelved()).toEqual([]);
  });

  test('of which one was taken away are put there again, from the cache', async () => {
    const orders = [ordered('etcd')];
    await apply(orders);
    await rm(join(shelf, orders[0]?.sha256 ?? ''));
    expect(await apply(orders)).toEqual(['create asset.etcd']);
    expect(await shelved()).toEqual(digests(orders));
    expect(stand.server.requests).toHaveLength(1);
  });

  test('of another version take the place of the one before, which goes last', async () => {
    await apply([ordered('etcd')]);
    const after = [ordered('etcd', Buffer.from('newer'))];
    expect((await apply(after)).filter((line) => line.startsWith('replace'))).toEqual(['replace asset.etcd']);
    expect(await shelved()).toEqual(digests(after));
    expect(await apply(after)).toEqual([]);
  });

  test('that come from elsewhere now are not fetched again', async () => {
    const etcd = ordered('etcd');
    await apply([etcd]);
    expect(await apply([{ ...etcd, from: '/srv/no/such/folder' }])).toEqual(['update asset.etcd']);
    expect(await shelved()).toEqual([etcd.sha256]);
    expect(await apply([{ ...etcd, from: '/srv/no/such/folder' }])).toEqual([]);
  });

  test('that cannot be had now are put there by the next apply', async () => {
    const [etcd, other] = [ordered('etcd'), ordered('other')];
    const file = stand.server.files.get('/etcd');
    stand.server.files.delete('/etcd');
    expect(await apply([etcd, other])).toEqual(['assets.unavailable']);
    expect(await shelved()).toEqual([other.sha256]);
    if (file !== undefined) stand.server.files.set('/etcd', file);
    expect(await apply([etcd, other])).toEqual(['create asset.etcd']);
    expect(await shelved()).toEqual(digests([etcd, other]));
  });
});

describe('a node', () => {
  test('fetches what its stages need, and never the scripts that it already runs', () => {
    const orders = ['node-bundle', 'etcd'].map((name) => ({ ...ordered(name), name }));
    const names = (stages: readonly string[]) => assetsFor(stages, orders).map(({ name }) => name);
    expect(names(['network', 'packages', 'overlay', 'seat', 'etcd'])).toEqual(['etcd']);
    expect(names(['network', 'packages', 'overlay'])).toEqual([]);
    expect(assetsOfStages(['etcd', 'etcd'], orders)).toEqual(['etcd']);
  });
});
