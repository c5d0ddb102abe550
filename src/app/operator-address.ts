import { writeAccess } from '#config/write-access.ts';
import { assert } from '#std/assert.ts';
import { sameJson } from '#std/canonical-json.ts';
import { type ClusterText, readClusterText } from './cluster-text.ts';
import type { OpenCluster } from './open-cluster.ts';

/** A file that says who may come in, also where it was left open. */
export interface SettledAccess {
  readonly wanted: ClusterText;
  /** The range that was found just now: where the operator is. */
  readonly accessFound?: string;
}

/**
 * Who may reach SSH and the API. The file of a cluster says it from its first run on.
 *
 * | the file       | the one in force | it is                                            |
 * |----------------|------------------|--------------------------------------------------|
 * | says it        | whichever        | as the file says                                 |
 * | leaves it open | says it          | as it was, from wherever this run is started     |
 * | leaves it open | there is none    | the address that the operator has at this moment |
 */
export async function settleAccess(
  { connection }: Pick<OpenCluster, 'connection'>,
  wanted: ClusterText,
  kept: string | undefined,
  signal: AbortSignal,
): Promise<SettledAccess> {
  if (wanted.spec.access.from.length > 0) return { wanted };
  const before = kept === undefined ? [] : (await readClusterText(kept, 'kept')).spec.access.from;
  if (before.length > 0) return { wanted: await withAccess(wanted, before) };
  const accessFound = `${await connection.operatorAddress(signal)}/32`;
  return { wanted: await withAccess(wanted, [accessFound]), accessFound };
}

async function withAccess({ text, spec }: ClusterText, from: readonly string[]): Promise<ClusterText> {
  const settled = await readClusterText(await writeAccess(text, from), 'kept');
  const meant = { ...spec, access: { ...spec.access, from } };
  assert(sameJson(settled.spec, meant), 'Writing down who may come in changes nothing else.');
  return settled;
}
