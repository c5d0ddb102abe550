import { clusterBlueprint } from '#cluster/bootstrap.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { type Plan, planChanges } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import type { PreflightFinding } from '#provider/preflight.ts';
import { newClusterUid } from '#state/new-cluster-uid.ts';
import type { CreateRequest, Interruption, RunOutcome } from './app.ts';
import { bringUp } from './bring-up.ts';
import { clusterPlanOf } from './cluster-plan.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import { intendGiven } from './intention.ts';
import type { NewCluster } from './known-clusters.ts';
import { localState } from './local-state.ts';
import { headingOf, openCluster, type OpenCluster } from './open-cluster.ts';
import { settleAccess, type SettledAccess } from './operator-address.ts';
import { lookAhead, refuseBad } from './preflight.ts';
import { tuned } from './tune.ts';
import { replaceFile } from './replace-file.ts';
import { carryOutRun, unlessStopped } from './run.ts';
import { withWholeFolder } from './whole-folder.ts';
import type { Workstation } from './workstation.ts';

/** Makes a cluster, or goes on with the one of that name if it can become what the file says. */
export async function create(
  workstation: Workstation,
  { file, wait }: CreateRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places, clusters } = workstation;
  const given = await withWholeFolder(await readClusterText(file.text, file.path), file.path);
  await noteDeletion(workstation, given.spec.name);
  const newcomer = newClusterOf(workstation, given);
  const { wanted, accessFound, findings } = await refuseStrangers(workstation, newcomer, given, interruption);
  const { cluster, isNew } = await clusters.begin(newcomer);
  const known = await tuned(clusters, cluster, wanted.spec);
  if (isNew) await replaceFile(ports, places.of(known.name).file, wanted.text);
  const request = { ports, places, known, verb: 'create', continues: !isNew, isNew, interruption } as const;
  return carryOutRun(request, (run) =>
    bringUp({
      workstation,
      run,
      wait,
      findings: isNew ? findings : undefined,
      intend: async (place) => ({ accessFound, ...(await intendGiven(run.cluster, place, wanted, interruption.stop)) }),
    }),
  );
}

interface Welcome extends SettledAccess {
  /** Undefined: the cluster is there, or was begun. */
  readonly findings?: readonly PreflightFinding[];
}

/**
 * Nothing is noted of a cluster that is not there yet before the provider has said whose account it is, and before it is
 * known who may come in, and that the account is ready for it: another region can still be written then.
 */
async function refuseStrangers(
  { ports, places, clusters }: Workstation,
  newcomer: NewCluster,
  wanted: ClusterText,
  { stop, abort }: Interruption,
): Promise<Welcome> {
  const known = await clusters.find(newcomer.name);
  if (known?.isDeleted === false) return { wanted };
  const candidate = { ...newcomer, place: '', isDeleted: false };
  const cluster = await openCluster(candidate, { ports, places, emit: () => undefined });
  const signal = AbortSignal.any([stop, abort]);
  return unlessStopped(signal, async () => {
    await headingOf(cluster, signal);
    const settled = await settleAccess(cluster, wanted, undefined, signal);
    const { spec } = settled.wanted;
    const findings = await lookAhead(cluster, spec, await planOfNew(cluster, spec), signal);
    refuseBad(findings);
    return { ...settled, findings };
  });
}

async function planOfNew(
  cluster: OpenCluster,
  spec: ClusterSpec,
): Promise<{ readonly plan: Plan; readonly snapshot: Snapshot }> {
  const { types } = cluster.runtime.provider;
  const blueprint = clusterBlueprint(await clusterPlanOf(cluster, spec));
  const snapshot = new ClusterState(cluster.known.uid);
  return { plan: planChanges(blueprint, snapshot, { types }), snapshot };
}

function newClusterOf({ ports }: Workstation, { spec }: ClusterText): NewCluster {
  const { name, provider, region, simulator, local } = spec;
  return { name, provider, region, uid: newClusterUid(ports.random), isAttached: false, simulator, local };
}

/** A run that died between the tombstone and its note here has deleted the cluster all the same. */
async function noteDeletion({ ports, places, clusters }: Workstation, name: string): Promise<void> {
  const known = await clusters.find(name);
  if (known === undefined || known.isDeleted) return;
  const { store } = localState({ ports, places, known, holder: await ports.processes.self() });
  const isHere = (await store.standing()).is === 'here';
  if (isHere && (await store.read())?.tombstone === true) await clusters.update(name, { isDeleted: true });
}
