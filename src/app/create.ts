import { newClusterUid } from '#state/new-cluster-uid.ts';
import type { CreateRequest, Interruption, RunOutcome } from './app.ts';
import { bringUp } from './bring-up.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import { intendGiven } from './intention.ts';
import type { NewCluster } from './known-clusters.ts';
import { localState } from './local-state.ts';
import { headingOf, openCluster } from './open-cluster.ts';
import { tuned } from './tune.ts';
import { replaceFile } from './replace-file.ts';
import { carryOutRun, unlessStopped } from './run.ts';
import type { Workstation } from './workstation.ts';

/** Makes a cluster, or goes on with the one of that name if it can become what the file says. */
export async function create(
  workstation: Workstation,
  { file, wait }: CreateRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places, clusters } = workstation;
  const wanted = await readClusterText(file.text, file.path);
  await noteDeletion(workstation, wanted.spec.name);
  const newcomer = newClusterOf(workstation, wanted);
  await refuseStrangers(workstation, newcomer, interruption);
  const { cluster, isNew } = await clusters.begin(newcomer);
  const known = await tuned(clusters, cluster, wanted.spec);
  if (isNew) await replaceFile(ports, places.of(known.name).file, wanted.text);
  const request = { ports, places, known, verb: 'create', continues: !isNew, isNew, interruption } as const;
  return carryOutRun(request, (run) =>
    bringUp({ workstation, run, wait, intend: (place) => intendGiven(run.cluster, place, wanted) }),
  );
}

/** Nothing is noted of a cluster that is not there yet before the provider has said whose account it is. */
async function refuseStrangers(
  { ports, places, clusters }: Workstation,
  newcomer: NewCluster,
  { stop, abort }: Interruption,
): Promise<void> {
  const known = await clusters.find(newcomer.name);
  if (known?.isDeleted === false) return;
  const candidate = { ...newcomer, place: '', isDeleted: false };
  const cluster = await openCluster(candidate, { ports, places, emit: () => undefined });
  const signal = AbortSignal.any([stop, abort]);
  await unlessStopped(signal, () => headingOf(cluster, signal));
}

function newClusterOf({ ports }: Workstation, { spec }: ClusterText): NewCluster {
  const { name, provider, region, simulator } = spec;
  return { name, provider, region, uid: newClusterUid(ports.random), isAttached: false, simulator };
}

/** A run that died between the tombstone and its note here has deleted the cluster all the same. */
async function noteDeletion({ ports, places, clusters }: Workstation, name: string): Promise<void> {
  const known = await clusters.find(name);
  if (known === undefined || known.isDeleted) return;
  const { store } = localState({ ports, places, known, holder: await ports.processes.self() });
  const isHere = (await store.standing()).is === 'here';
  if (isHere && (await store.read())?.tombstone === true) await clusters.update(name, { isDeleted: true });
}
