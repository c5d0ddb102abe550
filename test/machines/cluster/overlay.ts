import { expect, test } from 'vitest';
import { eventually, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

const MESH_MS = 120_000;

export function overlayChecks(cluster: SharedCluster): void {
  test('is one encrypted network, in which every machine reaches every other', async () => {
    await meshed(cluster);
    const known = await overlayAddresses(cluster);
    expect(new Set(known.values()).size).toBe(NODES.length);
    await cluster.everywhere(NODES, async (node) => {
      const links = (await cluster.on(node, 'wg show bootstrap0 dump')).trim().split('\n').slice(1);
      const peers = links.map((line) => line.split('\t'));
      const others = NODES.filter((each) => each !== node).map((each) => `${known.get(each)}/32`);
      const allowed = peers
        .flatMap(([, , , addresses = '']) => addresses.split(','))
        .filter((one) => one.endsWith('/32'));
      expect(allowed.toSorted()).toEqual(others.toSorted());
      for (const [, , , , handshake = '0', received = '0', sent = '0'] of peers) {
        expect(Math.min(...[handshake, received, sent].map(Number))).toBeGreaterThan(0);
      }
    });
    await cluster.place.good(['overlay', 'status', NAME]);
  });
}

/** Waits until each of these reaches every other by its address in the overlay. */
export async function meshed(cluster: SharedCluster, nodes: readonly string[] = NODES): Promise<void> {
  const known = await overlayAddresses(cluster);
  await eventually(MESH_MS, async () => {
    const found = await cluster.everywhere(nodes, async (from) => {
      const others = nodes.filter((to) => to !== from);
      const pings = others.map((to) => `ping -c 1 -W 2 ${known.get(to)} >/dev/null || echo ${to}`);
      const silent = (await cluster.on(from, pings.join('; ')))
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '');
      return silent.map((to) => `${from} does not reach ${to}`);
    });
    const [first] = found.flat();
    return first;
  });
}

export async function overlayAddresses(cluster: SharedCluster): Promise<ReadonlyMap<string, string>> {
  const found = await cluster.everywhere(NODES, async (node) => {
    const said = await cluster.on(node, 'ip -4 -o address show bootstrap0');
    return [node, /\binet (\d+\.\d+\.\d+\.\d+)\/32\b/.exec(said)?.[1] ?? ''] as const;
  });
  return new Map(found);
}
