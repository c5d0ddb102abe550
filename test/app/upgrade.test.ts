import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Interruption, RunEvent } from '#app/app.ts';
import { foreseeDemand } from '#app/cluster-plan.ts';
import { convergePhases } from '#app/converge-phases.ts';
import { fileInForce } from '#app/intention.ts';
import { KnownClusters } from '#app/known-clusters.ts';
import { openCluster, type OpenCluster } from '#app/open-cluster.ts';
import { previewOf, upgradeGoal } from '#app/upgrade-goal.ts';
import { upgradePhases } from '#app/upgrade-phases.ts';
import { renderAssetLock } from '#assets/asset-lock.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import type { ApplyResult } from '#engine/tally.ts';
import { sha256Hex } from '#std/hash.ts';
import { clusterFile, Desk, FOREVER, NAME, UNINTERRUPTED } from './support/desk.ts';

vi.setConfig({ testTimeout: 240_000 });

/** Machines of the simulated account fetch what they are told to, and have no Kubernetes: nothing in it answers. */
const STAGES = ['network', 'packages', 'overlay', 'seat', 'etcd'];
const SERVERS = ['control-plane-1', 'control-plane-2', 'control-plane-3'];

const NodeRecord = z.object({
  inputs: z.object({ updates: z.number() }),
  outputs: z.object({ updates: z.number(), runs: z.record(z.string(), z.string()) }),
});

/** A simulated cluster of which the machines are taken for real ones, worked on as the verbs do. */
class Stand implements AsyncDisposable {
  readonly desk: Desk;
  readonly events: RunEvent[] = [];
  readonly #cluster: OpenCluster;

  private constructor(desk: Desk, cluster: OpenCluster) {
    this.desk = desk;
    this.#cluster = cluster;
  }

  static async open(): Promise<Stand> {
    const desk = await Desk.alone();
    await desk.create(clusterFile({ controlPlanes: 3 }));
    const [ports, { places }] = [desk.ports(), desk];
    const known = await new KnownClusters(ports, places).get(NAME);
    const cluster = await openCluster(known, { ports, places, emit: () => undefined });
    const constructs = { ...cluster.module.constructs, realStages: STAGES };
    return new Stand(desk, { ...cluster, module: { ...cluster.module, constructs } });
  }

  /** The lock of the cluster says this from now on. Answers the digest. */
  async lock(version: string, bytes = `etcd ${version}`): Promise<string> {
    const folder = join(this.desk.home, 'assets');
    const sha256 = sha256Hex(bytes);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, sha256), bytes);
    const asset = { name: 'etcd', version, architecture: 'amd64', form: 'program', sha256 } as const;
    await writeFile(join(folder, 'assets.lock.yaml'), renderAssetLock([asset]));
    return sha256;
  }

  upgrade(interruption: Interruption = UNINTERRUPTED, hear: (event: RunEvent) => void = () => undefined) {
    return this.#work(interruption, hear, (run, lease, goal) => upgradePhases(run, lease, { ...goal, atOnce: 1 }));
  }

  apply(workers?: number): Promise<ApplyResult> {
    return this.#work(
      UNINTERRUPTED,
      () => undefined,
      (run, lease, { demand, ...goal }) => {
        const wanted = workers === undefined ? demand : { ...demand, worker: workers };
        return convergePhases(run, lease, { ...goal, demand: wanted, rotates: undefined });
      },
    );
  }

  async preview(): Promise<readonly string[]> {
    const snapshot = await this.#snapshot();
    const { steps } = previewOf(
      snapshot,
      await upgradeGoal(this.#cluster, { spec: await this.#spec(), snapshot, atOnce: 1 }),
    );
    return steps.flatMap(({ nodes }) =>
      nodes.map(({ node, changes }) =>
        [node, ...changes.map(({ asset, from = '', to }) => `${asset} ${from} → ${to}`)].join(': '),
      ),
    );
  }

  /** Digests, by node. */
  async runs(): Promise<Readonly<Record<string, string | undefined>>> {
    const { records } = await this.#snapshot();
    const servers = [...records.values()].filter(
      ({ kind, address }) => kind === 'node' && address.includes('control-plane'),
    );
    return Object.fromEntries(
      servers.map((record) => [
        record.address.slice(record.address.lastIndexOf('.') + 1),
        NodeRecord.parse(record).outputs.runs['etcd'],
      ]),
    );
  }

  /** What is on the shelf, but for the scripts. */
  async shelved(): Promise<readonly string[]> {
    const { records } = await this.#snapshot();
    return [...records.values()].flatMap(({ kind, inputs }) => {
      const asset = kind === 'asset' ? z.object({ name: z.string(), sha256: z.string() }).parse(inputs) : undefined;
      return asset === undefined || asset.name === 'node-bundle' ? [] : [asset.sha256];
    });
  }

  /** How many updates each node was told, the least first. */
  async told(): Promise<readonly number[]> {
    const { records } = await this.#snapshot();
    const nodes = [...records.values()].filter(({ kind }) => kind === 'node');
    return nodes.map((record) => NodeRecord.parse(record).inputs.updates).toSorted((left, right) => left - right);
  }

  async #snapshot(): Promise<Snapshot> {
    const snapshot = await this.#cluster.locations.bucket.store.read(FOREVER);
    if (snapshot === undefined) throw new RangeError('There is no state.');
    return snapshot;
  }

  async #spec(): Promise<ClusterSpec> {
    const { spec } = await fileInForce(this.#cluster, this.#cluster.locations.bucket);
    const folder = join(this.desk.home, 'assets');
    return { ...spec, assets: { lock: join(folder, 'assets.lock.yaml'), source: folder } };
  }

  async #work(
    interruption: Interruption,
    hear: (event: RunEvent) => void,
    work: (
      run: Parameters<typeof upgradePhases>[0],
      lease: Parameters<typeof upgradePhases>[1],
      goal: Omit<Parameters<typeof upgradePhases>[2], 'atOnce'>,
    ) => Promise<ApplyResult>,
  ): Promise<ApplyResult> {
    const emit = (event: RunEvent): void => {
      this.events.push(event);
      hear(event);
    };
    const cluster = { ...this.#cluster, runtime: { ...this.#cluster.runtime, emit } };
    const spec = await this.#spec();
    const demand = await foreseeDemand(cluster, cluster.locations.bucket, spec);
    await using lease = await cluster.locations.bucket.store.acquire({ wait: true, existing: true, signal: FOREVER });
    return await work({ cluster, interruption, emit }, lease, { spec, demand, check: async () => undefined });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.desk[Symbol.asyncDispose]();
  }
}

/** Of these nodes, in the order in which they were begun. */
function begun(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.type === 'upgrade' ? event.nodes : []));
}

async function problemOf(run: Promise<ApplyResult>): Promise<Problem | undefined> {
  const error: unknown = await run.catch((failure: unknown) => failure);
  return isProblem(error) ? error : undefined;
}

test('an upgrade brings each node what the lock says, one after the other; another lock alone changes nothing', async () => {
  await using stand = await Stand.open();
  const first = await stand.lock('3.5.16');
  expect(await stand.upgrade()).toMatchObject({ ok: true, failed: [] });
  expect(begun(stand.events)).toEqual(SERVERS);
  const all = (sha256: string) => Object.fromEntries(SERVERS.map((name) => [name, sha256]));
  expect(await stand.runs()).toEqual(all(first));
  expect(await stand.shelved()).toEqual([first]);

  const second = await stand.lock('3.6.1');
  expect(await stand.preview()).toEqual(SERVERS.map((name) => `${name}: etcd 3.5.16 → 3.6.1`));
  const told = await stand.told();
  expect(await stand.apply()).toMatchObject({ ok: true, failed: [] });
  // Also a node that comes now is given what the others run.
  expect(await stand.apply(2)).toMatchObject({ ok: true, failed: [] });
  expect(await stand.runs()).toEqual(all(first));
  expect((await stand.told()).filter((updates) => updates > 0)).toEqual(told.filter((updates) => updates > 0));
  expect(await stand.shelved()).toEqual([first]);

  stand.events.length = 0;
  expect(await stand.upgrade()).toMatchObject({ ok: true, failed: [] });
  expect(begun(stand.events)).toEqual(SERVERS);
  expect(await stand.runs()).toEqual(all(second));
  expect(await stand.shelved()).toEqual([second]);
  expect(await stand.preview()).toEqual([]);

  stand.events.length = 0;
  expect(await stand.upgrade()).toMatchObject({ ok: true });
  expect(begun(stand.events)).toEqual([]);
});

test('left at any node it goes on with that, sends nothing twice, and an apply in between begins no other', async () => {
  await using stand = await Stand.open();
  const first = await stand.lock('3.5.16');
  expect(await stand.upgrade()).toMatchObject({ ok: true });
  const second = await stand.lock('3.5.17');
  for (const [index, name] of SERVERS.entries()) {
    stand.events.length = 0;
    const abort = new AbortController();
    const left = await stand.upgrade({ stop: FOREVER, abort: abort.signal }, (event) => {
      const isAtIt = event.type === 'change-started' || event.type === 'waiting';
      if (isAtIt && event.address.endsWith(`.node.${name}`)) abort.abort();
    });
    expect(left).toMatchObject({ ok: false });
    expect(begun(stand.events).at(-1)).toBe(name);
    expect(await stand.apply()).toMatchObject({ ok: true, failed: [] });
    // Whether it was told already or not: those before it are done, and those behind it as they were.
    const runs = await stand.runs();
    expect(SERVERS.slice(0, index).map((server) => runs[server])).toEqual(Array(index).fill(second));
    expect(SERVERS.slice(index + 1).map((server) => runs[server])).toEqual(Array(2 - index).fill(first));
  }
  expect(await stand.upgrade()).toMatchObject({ ok: true });
  // Once by the first upgrade, once by the second; others have nothing that changes.
  expect(await stand.told()).toEqual([0, 0, 2, 2, 2]);
  expect(await stand.shelved()).toEqual([second]);
});

test('left before anything was sent it comes to its end with another lock, too', async () => {
  await using stand = await Stand.open();
  await stand.lock('3.5.16');
  // Some turns later each time: at first the intent is not durable yet.
  for (let turns = 0; (await stand.told()).at(-1) === 0; turns += 1) {
    const abort = new AbortController();
    const left = await stand.upgrade({ stop: FOREVER, abort: abort.signal }, (event) => {
      const isAtIt = event.type === 'change-started' && event.address.endsWith('.node.control-plane-1');
      if (isAtIt && begun(stand.events).length > 0) abortAfter(turns, abort);
    });
    expect(left).toMatchObject({ ok: false });
  }
  expect((await stand.told()).at(-1)).toBe(1);
  const second = await stand.lock('3.5.17');
  expect(await stand.upgrade()).toMatchObject({ ok: true, failed: [] });
  expect(await stand.runs()).toEqual(Object.fromEntries(SERVERS.map((name) => [name, second])));
  expect(await stand.shelved()).toEqual([second]);
});

test('stopped, it ends what it has begun and begins no other', async () => {
  await using stand = await Stand.open();
  await stand.lock('3.5.16');
  const stop = new AbortController();
  const paused = await problemOf(
    stand.upgrade({ stop: stop.signal, abort: FOREVER }, (event) => {
      const isAtIt = event.type === 'change-started' && event.address.endsWith('.node.control-plane-1');
      if (isAtIt && begun(stand.events).length > 0) stop.abort();
    }),
  );
  expect(begun(stand.events)).toEqual(['control-plane-1']);
  expect(paused).toMatchObject({
    code: 'upgrade.paused',
    detail: 'Still to be upgraded: control-plane-2, control-plane-3.',
  });
  expect(Object.values(await stand.runs()).filter((sha256) => sha256 !== undefined)).toHaveLength(1);
  expect(await stand.upgrade()).toMatchObject({ ok: true });
  expect(await stand.told()).toEqual([0, 0, 1, 1, 1]);
});

test('what cannot be gone to is refused before anything is done', async () => {
  await using stand = await Stand.open();
  await stand.lock('3.5.16');
  expect(await stand.upgrade()).toMatchObject({ ok: true });
  const told = await stand.told();
  for (const [version, code] of [
    ['3.5.9', 'upgrade.downgrade'],
    ['3.7.0', 'upgrade.leap'],
    ['edge', 'upgrade.version-unreadable'],
  ] as const) {
    await stand.lock(version);
    expect((await problemOf(stand.upgrade()))?.code).toBe(code);
  }
  expect(await stand.told()).toEqual(told);
});

function abortAfter(turns: number, abort: AbortController): void {
  if (turns === 0) abort.abort();
  else setImmediate(abortAfter, turns - 1, abort);
}
