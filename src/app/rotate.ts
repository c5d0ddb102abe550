import { SERVICE_ACCOUNT, trustsIn } from '#cluster/trust.ts';
import { didYouMean } from '#config/did-you-mean.ts';
import { problem } from '#engine/problem.ts';
import type { Interruption, RunOutcome, Target } from './app.ts';
import { bringUp } from './bring-up.ts';
import { rotationsIn } from './converge-phases.ts';
import { goingIn, holdersIn, silentAmong } from './holders.ts';
import { fileInForce, intendGiven } from './intention.ts';
import { type ClusterReading, meantCluster, readCluster, refuseDeleted } from './read-cluster.ts';
import { carryOutRun, unlessStopped } from './run.ts';
import type { Workstation } from './workstation.ts';

export interface RotateRequest {
  /** By what they are for; none: all that machines use. */
  readonly authorities: readonly string[];
  readonly wait: boolean;
}

/** Lets another authority take the place of one, or of all; what is under way goes on, and nothing else begins. */
export async function rotate(
  workstation: Workstation,
  target: Target,
  { authorities, wait }: RotateRequest,
  interruption: Interruption,
): Promise<RunOutcome> {
  const { ports, places } = workstation;
  const { known } = await meantCluster(workstation, target);
  refuseDeleted(known);
  const signal = AbortSignal.any([interruption.stop, interruption.abort]);
  const { meant, continues, holders } = await unlessStopped(signal, async () => {
    const reading = await readCluster(workstation, target, signal);
    return prepare(reading, authorities);
  });
  return carryOutRun({ ports, places, known, verb: 'rotate', continues, interruption }, async (run) =>
    bringUp({
      workstation,
      run,
      wait,
      rotates: continues ? undefined : meant,
      keepsFile: true,
      intend: async (place) =>
        intendGiven(run.cluster, place, await fileInForce(run.cluster, place), interruption.stop),
      check: (plan) => (continues ? undefined : refuseSilent(goingIn(plan, holders))),
    }),
  );
}

/** Before anything is begun, or held against others. */
async function prepare(reading: ClusterReading, authorities: readonly string[]) {
  const meant = meantAuthorities(reading, authorities);
  const continues = rotationsIn(reading.snapshot).length > 0;
  const holders = holdersIn(reading, meant);
  refuseSilent(await silentAmong(reading, holders, continues));
  return { meant, continues, holders };
}

function meantAuthorities({ cluster, snapshot }: ClusterReading, named: readonly string[]): ReadonlySet<string> {
  const { name } = cluster.known;
  const all = [...trustsIn(snapshot).keys()];
  const there = all.filter((purpose) => purpose !== SERVICE_ACCOUNT).toSorted();
  if (all.includes(SERVICE_ACCOUNT) && named.includes(SERVICE_ACCOUNT)) throw notOffered(there);
  const unknown = named.find((purpose) => !there.includes(purpose));
  if (there.length > 0 && unknown === undefined) return new Set(named.length === 0 ? there : named);
  if (unknown === undefined) throw problem('authority.unknown', { detail: `${name} has none yet.` });
  const hint = didYouMean(unknown, there) ?? (there.length === 0 ? 'It has none yet.' : `It has ${there.join(', ')}.`);
  throw problem('authority.unknown', { detail: `${name} has no authority for "${unknown}". ${hint}` });
}

function notOffered(there: readonly string[]) {
  const why = 'Machines know it by their welcome alone, and cannot be told of another.';
  return problem('rotation.not-offered', {
    detail: `${SERVICE_ACCOUNT}: ${why} What can be rotated: ${there.join(', ')}.`,
  });
}

function refuseSilent(lines: readonly string[]): void {
  if (lines.length > 0) throw problem('rotation.machines-silent', { detail: lines.join('\n') });
}
