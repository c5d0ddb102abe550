import { lookAtQuorum } from '#cluster/quorum-check.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Plan } from '#engine/plan.ts';
import { problem } from '#engine/problem.ts';
import type { Snapshot } from '#engine/record.ts';
import { makesSomething, type PreflightFinding } from '#provider/preflight.ts';
import type { OpenCluster } from './open-cluster.ts';
import type { Run } from './run.ts';

interface Intended {
  readonly plan: Pick<Plan, 'changes'>;
  /** What it was made for. */
  readonly snapshot: Snapshot;
}

/** What is to be said of a plan before it is carried out, by the provider and by us: nothing, when nothing is to be made. */
export async function lookAhead(
  { connection, known }: Pick<OpenCluster, 'connection' | 'known'>,
  { domain, zones, network, dns }: ClusterSpec,
  { plan, snapshot }: Intended,
  signal: AbortSignal,
): Promise<readonly PreflightFinding[]> {
  if (!makesSomething(plan)) return [];
  const { machines, overlay, pods, services } = network;
  const ranges = { machines, overlay, pods, services };
  const request = { uid: known.uid, domain, zoneOrigin: dns.zone, zones, ranges, plan };
  return [...lookAtQuorum(plan, snapshot), ...(await connection.preflight(request, signal))];
}

/** Looks, says what was found, and goes no further when something of it is bad. */
export async function preflight(run: Run, spec: ClusterSpec, intended: Intended): Promise<void> {
  const { cluster, interruption } = run;
  const signal = AbortSignal.any([interruption.stop, interruption.abort]);
  const findings = await lookAhead(cluster, spec, intended, signal);
  tellPreflight(run, findings);
  refuseBad(findings);
}

export function tellPreflight({ emit }: Pick<Run, 'emit'>, findings: readonly PreflightFinding[]): void {
  if (findings.length > 0) emit({ type: 'preflight', findings });
}

/** All at once: who mends one thing does not want to hear of the next one then. */
export function refuseBad(findings: readonly PreflightFinding[]): void {
  const those = (verdict: PreflightFinding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).flatMap(linesOf);
  const bad = those('bad');
  if (bad.length === 0) return;
  const warnings = those('warning');
  const besides = warnings.length === 0 ? [] : ['Besides:', ...warnings];
  throw problem('preflight.failed', { detail: [...bad, ...besides].join('\n') });
}

function linesOf({ check, what, remedy }: PreflightFinding): readonly string[] {
  return [`${check}: ${what}`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}
