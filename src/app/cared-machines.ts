import { z } from 'zod';
import { didYouMean } from '#config/did-you-mean.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';
import type { MachineCare } from '#provider/machine-care.ts';
import type { KnownCluster } from './known-clusters.ts';
import type { OpenCluster } from './open-cluster.ts';
import type { ClusterPlaces } from './places.ts';

/** The machines of a cluster by their nodes, and what can be done to them beside its runs. */
export interface CaredMachines {
  readonly cluster: { readonly known: Pick<KnownCluster, 'name'>; readonly places: ClusterPlaces };
  readonly care: MachineCare;
  readonly nodes: readonly string[];
  /** The operator's own, which machines were given when they were made. */
  readonly publicKey: string | undefined;
  /** The provider's name for the machine of a node. */
  readonly idOf: (node: string) => string;
}

interface MachinesReading {
  readonly cluster: OpenCluster;
  readonly snapshot: Snapshot;
}

/**
 * Takes no lease: nothing here changes what the cluster is, or what is known of it. A run that is under way meanwhile
 * sees a machine that was stopped as one that it has to wait for.
 */
export function lookedAfter({ cluster, snapshot }: MachinesReading): CaredMachines {
  const { known, connection } = cluster;
  const { care } = connection;
  if (care === undefined) {
    const detail = `${known.name} is made by ${known.provider}, whose machines are looked after by other means.`;
    throw problem('provider.lacks-verb', { detail });
  }
  const ids = machinesIn(cluster, snapshot);
  const nodes = [...ids.keys()].toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
  const idOf = (node: string): string => {
    const id = ids.get(node);
    if (id !== undefined) return id;
    const hint = didYouMean(node, nodes) ?? (nodes.length === 0 ? 'It has none.' : `It has ${nodes.join(', ')}.`);
    throw problem('node.unknown', { detail: `${known.name} has no machine of a node "${node}". ${hint}` });
  };
  return { cluster, care, nodes, publicKey: publicKeyIn(cluster, snapshot), idOf };
}

const KeyInputs = z.looseObject({ publicKey: z.string() });

function publicKeyIn({ known }: OpenCluster, { records }: Snapshot): string | undefined {
  const [key] = [...records.values()].filter(({ address }) => address === `${known.region}.key`);
  return KeyInputs.safeParse(key?.inputs).data?.publicKey;
}

function machinesIn({ known, runtime }: OpenCluster, { records }: Snapshot): ReadonlyMap<string, string> {
  const { types } = runtime.provider;
  const idOf = ({ kind, outputs }: ResourceRecord): string | undefined =>
    outputs === undefined ? undefined : types.get(kind)?.idOf(outputs);
  const machines = [...records.values()].flatMap((record): readonly (readonly [string, string])[] => {
    const [region, part, node, ...rest] = record.address.split('.');
    const isMachine = region === known.region && part === 'machine' && rest.length === 0 && !record.deposed;
    const id = isMachine ? idOf(record) : undefined;
    return node === undefined || id === undefined ? [] : [[node, id]];
  });
  return new Map(machines);
}
