import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, makeBlueprint } from '#engine/blueprint.ts';
import type { Change } from '#engine/change.ts';
import { type Plan, planChanges } from '#engine/plan.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import { observeAll } from '#engine/refresh.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { DataKeeping, MarkedObject } from '#provider/provider-module.ts';
import type { StateLease } from '#state/state-lease.ts';
import type { KeptData, Output } from './app.ts';
import type { OpenCluster } from './open-cluster.ts';
import type { Run } from './run.ts';

/** Disks for data, and what they cost as long as nobody removes them. */
export async function keptDataOf(
  { connection, module }: Pick<OpenCluster, 'connection' | 'module'>,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<KeptData> {
  const sizes = currentRecords(snapshot).flatMap(({ kind, inputs }) => module.data.disksOf(kind, inputs));
  const disks = sizes.map((sizeGiB) => module.data.asResource({ sizeGiB }));
  const book = await connection.prices(disks, signal);
  const monthlyUsd = book.monthly(disks).reduce((sum, price) => sum + price, 0);
  return { disks: sizes.length, sizeGiB: sizes.reduce((sum, size) => sum + size, 0), monthlyUsd };
}

/** Makes everything such that its data stays when it goes. Nothing else is changed, and nothing is made. */
export async function keepData({ cluster, interruption }: Run, lease: StateLease): Promise<ApplyResult> {
  const { runtime, module } = cluster;
  const { stop, abort } = interruption;
  const { snapshot } = lease;
  const signal = AbortSignal.any([lease.lost, stop, abort]);
  const observations = await observeAll(runtime, snapshot, signal);
  const { types } = runtime.provider;
  const blueprint = keepingBlueprint(snapshot, module.data);
  const planned = planChanges(blueprint, snapshot, { types, observations });
  const changes = planned.changes.filter((change) => holdsData(change, snapshot, module.data));
  refuseLoss(changes);
  return applyPlan(only(planned, changes), { runtime, journal: lease, stop, abort });
}

/** What is there, as it is, but keeping its data. */
function keepingBlueprint(snapshot: Snapshot, data: DataKeeping): Blueprint {
  const records = currentRecords(snapshot);
  const there = new Set(records.map(({ address }) => address));
  return makeBlueprint(
    records.map(({ address, kind, inputs, dependsOn, within, retain }) => ({
      address,
      kind,
      inputs: data.disksOf(kind, inputs).length > 0 ? data.keeping(inputs) : inputs,
      dependsOn: dependsOn.filter((dependency) => there.has(dependency)),
      within: within !== undefined && there.has(within) ? within : undefined,
      retain,
      adopt: undefined,
    })),
  );
}

function currentRecords({ records }: Snapshot): readonly ResourceRecord[] {
  return [...records.values()].filter(({ deposed }) => !deposed);
}

/** What is still to be made has none, and neither has what is gone already. */
function holdsData(change: Change, snapshot: Snapshot, data: DataKeeping): boolean {
  if (change.action === 'create' || !('instanceId' in change)) return false;
  const record = snapshot.records.get(change.instanceId);
  return record !== undefined && data.disksOf(record.kind, record.inputs).length > 0;
}

/** A machine that cannot be reached or has failed cannot be made to keep anything: then nothing is destroyed. */
function refuseLoss(changes: readonly Change[]): void {
  const lost = changes.filter(({ action, because }) => {
    return (action !== 'update' && action !== 'keep') || because.reason === 'unreachable';
  });
  if (lost.length === 0) return;
  throw problem('data.not-kept', {
    detail: `These do not answer, or are broken: ${lost.map(({ address }) => address).join(', ')}.`,
  });
}

function only(plan: Plan, changes: readonly Change[]): Plan {
  return { ...plan, changes };
}

/** The disks that were kept, each with what it costs. */
export async function keptOutputs(
  { connection, module }: Pick<OpenCluster, 'connection' | 'module'>,
  found: readonly MarkedObject[],
  signal: AbortSignal,
): Promise<readonly Output[]> {
  const kept = found.flatMap(({ kind, id, disk }) => (disk === undefined ? [] : [{ kind, id, disk }]));
  const disks = kept.map(({ disk }) => module.data.asResource(disk));
  const prices = (await connection.prices(disks, signal)).monthly(disks);
  return kept.map(({ kind, id, disk: { sizeGiB, zone } }, index) => ({
    name: 'kept',
    value: `${kind} ${id}, ${sizeGiB} GiB in ${zone}, $${(prices[index] ?? 0).toFixed(2)} a month`,
  }));
}
