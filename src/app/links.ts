import { didYouMean } from '#config/did-you-mean.ts';
import { problem } from '#engine/problem.ts';
import type { Disturbance, MachineLinks } from '#provider/machine-links.ts';
import { lookedAfter } from './cared-machines.ts';
import type { ClusterReading } from './read-cluster.ts';

export interface LinksRequest {
  /** Undefined: whatever is between any two. */
  readonly between: readonly [string, string] | undefined;
  /** Undefined: as if nothing had ever been disturbed. */
  readonly effect: Omit<Disturbance, 'between'> | undefined;
}

/**
 * What befalls what machines send each other, after a change of it if one is asked for. It takes no lease: nothing of it
 * is a part of what the cluster is.
 */
export async function links(
  reading: ClusterReading,
  request: LinksRequest | undefined,
): Promise<readonly Disturbance[]> {
  const { known } = reading.cluster;
  const machineLinks = linksOf(reading);
  const before = await machineLinks.disturbances(known.uid);
  if (request === undefined) return before;
  const after = disturbed(before, checked(reading, request));
  await machineLinks.disturb(known.uid, after);
  return after;
}

function linksOf({ cluster: { connection, known } }: ClusterReading): MachineLinks {
  if (connection.links !== undefined) return connection.links;
  const detail = `${known.name} is made by ${known.provider}, whose network cannot be disturbed from here.`;
  throw problem('provider.lacks-verb', { detail });
}

/** A slip of the fingers disturbs nothing. */
function checked(reading: ClusterReading, request: LinksRequest): LinksRequest {
  const { catalogue } = reading.cluster.module;
  const { nodes } = lookedAfter(reading);
  const known = new Set([...nodes, ...catalogue.regions.keys(), ...[...catalogue.regions.values()].flat()]);
  for (const side of request.between ?? []) {
    if (known.has(side)) continue;
    const hint = didYouMean(side, known) ?? `It has ${nodes.join(', ')}.`;
    throw problem('node.unknown', { detail: `"${side}" is no node, zone or region of this cluster. ${hint}` });
  }
  return request;
}

function disturbed(before: readonly Disturbance[], { between, effect }: LinksRequest): readonly Disturbance[] {
  if (between === undefined) return [];
  const others = before.filter((one) => !isSame(one.between, between));
  return effect === undefined ? others : [...others, { between, ...effect }];
}

function isSame([first, second]: readonly [string, string], [one, other]: readonly [string, string]): boolean {
  return (first === one && second === other) || (first === other && second === one);
}
