import { foundationBlueprint } from '#cluster/bootstrap.ts';
import { EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { planChanges } from '#engine/plan.ts';
import { isProblem, problem } from '#engine/problem.ts';
import type { ApplyResult } from '#engine/tally.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import type { DeletePreview, Interruption, Output, RunOutcome, Target } from './app.ts';
import { foundationPlanOf } from './cluster-plan.ts';
import { converge } from './converge.ts';
import { describeChanges } from './described-changes.ts';
import { DEADLINES } from './deadlines.ts';
import { fileInForce } from './intention.ts';
import { keepData, keptDataOf, keptOutputs } from './keep-data.ts';
import type { KnownCluster } from './known-clusters.ts';
import { pricedPlan } from './priced-plan.ts';
import { headingOf, openCluster } from './open-cluster.ts';
import { meantCluster } from './read-cluster.ts';
import { carryOutRun, outcomeOf, type Run } from './run.ts';
import { locateState } from './state-location.ts';
import type { Workstation } from './workstation.ts';

export interface DeleteRequest {
  readonly wait: boolean;
  readonly keepData?: boolean | undefined;
  readonly confirm: (preview: DeletePreview) => Promise<boolean>;
}

const NOTHING: RunOutcome = { ok: true, done: 0, failed: [], skipped: [], outputs: [], notYet: [] };

/** Destroys a cluster, and shows that nothing is left of it. */
export async function deleteCluster(
  workstation: Workstation,
  target: Target,
  { wait, keepData: keeps = false, confirm }: DeleteRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places, clusters } = workstation;
  const { known } = await meantCluster(workstation, target);
  if (known.isDeleted) return NOTHING;
  const goes = await preview(workstation, known, keeps, interruption.stop);
  if (goes === undefined) {
    await clusters.update(known.name, { isDeleted: true });
    return NOTHING;
  }
  if (!(await confirm(goes))) return { ...NOTHING, ok: false };
  return carryOutRun({ ports, places, known, verb: 'delete', interruption }, async (run) => {
    const { cluster } = run;
    const emptied = await destroyAllButFoundation(run, { wait, keeps });
    if (emptied?.ok === false) return outcomeOf(emptied);
    const { local } = cluster.locations;
    await using lease = await local.store.acquire({ wait, signal: interruption.stop });
    const result = await converge(run, lease, { blueprint: EMPTY_BLUEPRINT, purpose: 'delete' });
    if (!result.ok) return outcomeOf(result);
    const outputs = await proveZero(run, keeps);
    await clusters.update(known.name, { isDeleted: true });
    return outcomeOf({ ...result, done: result.done + (emptied?.done ?? 0) }, { outputs });
  });
}

/** Undefined: it was deleted from another workstation, and nothing is left of it. */
async function preview(
  { ports, places }: Workstation,
  known: KnownCluster,
  keeps: boolean,
  signal: AbortSignal,
): Promise<DeletePreview | undefined> {
  const cluster = await openCluster(known, { ports, places, emit: () => undefined });
  const { locations, runtime } = cluster;
  const place = await locateState(locations, signal).catch(async (error: unknown) => {
    if (!isProblem(error, 'state.absent') || (await locations.isInAccount(signal))) throw error;
    return undefined;
  });
  if (place === undefined) return undefined;
  const snapshot = (await place.store.read(signal)) ?? new ClusterState(known.uid);
  const { types } = runtime.provider;
  const goes = planChanges(EMPTY_BLUEPRINT, snapshot, { types, purpose: 'delete' });
  return {
    heading: await headingOf(cluster, signal),
    ...(await pricedPlan(cluster, goes, snapshot, signal)),
    ...(keeps ? { keeps: await keptDataOf(cluster, snapshot, signal) } : {}),
  };
}

/** While the state is in the bucket everything else goes; then the state comes here, so that the bucket can go as well. */
async function destroyAllButFoundation(
  run: Run,
  { wait, keeps }: { readonly wait: boolean; readonly keeps: boolean },
): Promise<ApplyResult | undefined> {
  const { cluster, interruption, emit } = run;
  const { local, bucket } = cluster.locations;
  const place = await locateState(cluster.locations, interruption.stop);
  if (place === local) return undefined;
  const { spec } = await fileInForce(cluster, place);
  await using lease = await bucket.store.acquire({ wait, existing: true, signal: interruption.stop });
  const kept = keeps ? await keepData(run, lease) : undefined;
  if (kept?.ok === false) return kept;
  const blueprint = foundationBlueprint(foundationPlanOf(cluster, spec));
  const { types } = cluster.runtime.provider;
  const whole = planChanges(EMPTY_BLUEPRINT, lease.snapshot, { types, purpose: 'delete' });
  emit({ type: 'planned', changes: describeChanges(whole) });
  const result = await converge(run, lease, { blueprint, purpose: 'apply', isAnnounced: true });
  if (!result.ok) return result;
  await lease.depart({ to: local.title, place: local.place });
  await bucket.store.finishMove(local.store);
  emit({ type: 'state-moved', to: local.title });
  return result;
}

/** Walks through the account, without any help from the state, until nothing of the cluster is found but what was kept. */
async function proveZero({ cluster, interruption }: Run, keeps: boolean): Promise<readonly Output[]> {
  const { connection, known, ports } = cluster;
  const untilMs = ports.clock.monotonicMs() + DEADLINES.walkMs;
  for (;;) {
    const found = await connection.walk(known.uid, interruption.stop);
    const stays = ({ disk }: MarkedObject): boolean => keeps && disk !== undefined;
    const left = found.filter((object) => object.goesLater === undefined && !stays(object));
    if (left.length === 0) {
      const kept = await keptOutputs(cluster, found.filter(stays), interruption.stop);
      return [...zeroOutputs(found.filter((object) => !stays(object))), ...kept];
    }
    if (ports.clock.monotonicMs() >= untilMs) {
      const detail = `The account still has ${left.map(({ kind, id }) => `${kind} ${id}`).join(', ')}.${keptBefore(left)}`;
      throw problem('resource.not-gone', { detail });
    }
    await ports.clock.sleep(DEADLINES.walkPauseMs, interruption.stop);
  }
}

function zeroOutputs(found: readonly MarkedObject[]): readonly Output[] {
  const later = found.map(({ kind, id, goesLater = '' }) => ({
    name: 'goes_later',
    value: `${kind} ${id} ${goesLater}`,
  }));
  return [{ name: 'left_in_account', value: '0' }, ...later];
}

function keptBefore(left: readonly MarkedObject[]): string {
  const isDiskAlone = left.some(({ disk }) => disk !== undefined);
  return isDiskAlone
    ? ' Disks by themselves are of an earlier --keep-data, which has to be said again, or yours to remove.'
    : '';
}
