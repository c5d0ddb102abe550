import { z } from 'zod';
import { openedEntrances, SITE_ENTRANCES } from '#cluster/balancer.ts';
import { hasKubernetes } from '#cluster/kubernetes.ts';
import { ROLES, servesSites } from '#cluster/roles.ts';
import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Snapshot } from '#engine/record.ts';
import type { Output } from './app.ts';
import { lookedAfter } from './cared-machines.ts';
import type { OpenCluster } from './open-cluster.ts';

interface Standing {
  readonly cluster: OpenCluster;
  readonly snapshot: Snapshot;
  readonly spec: Pick<ClusterSpec, 'domain' | 'network'>;
}

/** Where services of Kubernetes are reached from outside. Names of a workstation are known to its machines alone: it has ports. */
export async function serviceOutputs(standing: Standing, signal: AbortSignal): Promise<readonly Output[]> {
  const { cluster, snapshot, spec } = standing;
  if (!hasKubernetes(snapshot)) return [];
  if (cluster.known.provider === 'local') return portsHere(standing, signal);
  return openedEntrances(spec).map(({ port, through = port, protocol }) => {
    const ports = through === port ? `port ${port}` : `ports ${port}-${through}`;
    const value = through === port ? `${spec.domain}:${port}` : spec.domain;
    return { name: protocol === 'udp' ? `${ports} udp` : ports, value };
  });
}

async function portsHere(standing: Standing, signal: AbortSignal): Promise<readonly Output[]> {
  const { spec, snapshot } = standing;
  const { care, nodes, idOf } = lookedAfter(standing);
  const serving = servingNodes(snapshot);
  const machines = nodes.filter((node) => serving.has(node)).map(idOf);
  const outputs: Output[] = [];
  for (const { port: first, through: last = first } of [...SITE_ENTRANCES, ...openedEntrances(spec)]) {
    for (let port = first; port <= last; port += 1) {
      const [way] = await care.waysTo({ machines, port, name: spec.domain }, signal);
      if (way !== undefined) outputs.push({ name: `port ${port}`, value: `${way.host}:${way.port}` });
    }
  }
  return outputs;
}

const NodeInputs = z.looseObject({ name: z.string(), role: z.enum(ROLES) });

function servingNodes({ records }: Snapshot): ReadonlySet<string> {
  const nodes = [...records.values()].flatMap(({ kind, inputs }) => {
    const node = kind === 'node' ? NodeInputs.safeParse(inputs).data : undefined;
    return node !== undefined && servesSites(node.role) ? [node.name] : [];
  });
  return new Set(nodes);
}
