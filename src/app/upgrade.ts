import { isAwaited, standingNodes } from '#cluster/standing-nodes.ts';
import { hasBreak } from '#cluster/breaks.ts';
import { problem } from '#engine/problem.ts';
import type { Interruption, RunOutcome, Target } from './app.ts';
import { bringUp } from './bring-up.ts';
import { rotationsIn } from './converge-phases.ts';
import { silentAmong } from './holders.ts';
import { fileInForce, intendGiven } from './intention.ts';
import { type ClusterReading, meantCluster, readCluster, refuseDeleted } from './read-cluster.ts';
import { carryOutRun, unlessStopped } from './run.ts';
import { previewOf, upgradeGoal, type UpgradePreview } from './upgrade-goal.ts';
import type { Workstation } from './workstation.ts';

export interface UpgradeRequest {
  /** How many nodes without a server of the API are updated at once. */
  readonly atOnce: number;
  readonly wait: boolean;
}

/** What an upgrade would do now, and in which order. Changes nothing. */
export async function upgradePreview(
  workstation: Workstation,
  target: Target,
  { atOnce }: Pick<UpgradeRequest, 'atOnce'>,
  signal: AbortSignal,
): Promise<UpgradePreview> {
  const { cluster, snapshot, file } = await readCluster(workstation, target, signal);
  return previewOf(snapshot, await upgradeGoal(cluster, { spec: file.spec, snapshot, atOnce }));
}

/** Has the nodes run what the lock of their cluster says now; what is under way goes on. */
export async function upgrade(
  workstation: Workstation,
  target: Target,
  { atOnce, wait }: UpgradeRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places } = workstation;
  const { known } = await meantCluster(workstation, target);
  refuseDeleted(known);
  const signal = AbortSignal.any([interruption.stop, interruption.abort]);
  const continues = await unlessStopped(signal, async () => {
    const reading = await readCluster(workstation, target, signal);
    return prepare(reading, atOnce);
  });
  return carryOutRun({ ports, places, known, verb: 'upgrade', continues, interruption }, async (run) =>
    bringUp({
      workstation,
      run,
      wait,
      upgradesAtOnce: atOnce,
      keepsFile: true,
      intend: async (place) =>
        intendGiven(run.cluster, place, await fileInForce(run.cluster, place), interruption.stop),
    }),
  );
}

/** Before anything is begun, or held against others. Answers whether an earlier upgrade is gone on with. */
async function prepare(reading: ClusterReading, atOnce: number): Promise<boolean> {
  const { cluster, snapshot, file } = reading;
  await upgradeGoal(cluster, { spec: file.spec, snapshot, atOnce });
  const rotations = rotationsIn(snapshot).map(({ authority }) => `A rotation of ${authority} is under way.`);
  const continues = standingNodes(snapshot).some((node) => isAwaited(node) || hasBreak(snapshot, node));
  const nodes = [...snapshot.records.values()].filter(({ kind, deposed }) => kind === 'node' && !deposed);
  const silent = await silentAmong(reading, nodes, continues);
  const lines = [...rotations, ...silent];
  if (lines.length > 0) throw problem('upgrade.not-now', { detail: lines.join('\n') });
  return continues;
}
