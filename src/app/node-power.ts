import { mapLimit } from '#std/map-limit.ts';
import type { NodeStatus } from './app.ts';
import { lookedAfter } from './cared-machines.ts';
import type { ClusterReading } from './read-cluster.ts';

const AT_ONCE = 16;

/** What the state says of nodes, and whether their machines are on, where the provider can tell. */
export async function withPower(
  reading: Pick<ClusterReading, 'cluster' | 'snapshot'>,
  nodes: readonly NodeStatus[],
): Promise<readonly NodeStatus[]> {
  if (reading.cluster.connection.care === undefined) return nodes;
  const { care, nodes: known, idOf } = lookedAfter(reading);
  const { name: cluster } = reading.cluster.known;
  return mapLimit(nodes, AT_ONCE, async (node) => {
    if (!known.includes(node.name)) return node;
    switch (await care.powerOf(idOf(node.name))) {
      case 'on':
        return node;
      case 'off':
        return { ...node, state: 'off', detail: `bootstrap start ${cluster} ${node.name}` };
      case 'gone':
        return { ...node, state: 'failed', detail: 'its machine is gone; the next apply makes another' };
    }
  });
}
