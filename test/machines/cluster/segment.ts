import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CONTROL_PLANES, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

const HOST_KEY = /"sshHost":"(ssh-ed25519 \S+)/;

export function segmentChecks(cluster: SharedCluster): void {
  test('has machines that reach one another by address and by name', async () => {
    const known = await addresses(cluster);
    expect(new Set(known.values()).size).toBe(NODES.length);
    const pings = [...known.values()].map((address) => `ping -c 1 -W 3 ${address}`).join(' && ');
    await cluster.everywhere(NODES, (node) => cluster.on(node, pings));
    const named = await cluster.on(NODES.at(-1) ?? '', `getent ahosts api.${NAME}.localhost`);
    for (const node of CONTROL_PLANES) expect(named).toContain(known.get(node));
  });

  test('believes no other host key than the one that a machine said first', async () => {
    const letters = (await cluster.place.files()).filter((path) => path.endsWith('/hello'));
    const keys = await Promise.all(letters.map(async (path) => HOST_KEY.exec(await readFile(path, 'utf8'))?.[1]));
    expect(new Set(keys).size).toBe(NODES.length);
    const [first = ''] = letters;
    const said = await readFile(first, 'utf8');
    await writeFile(first, said.replace(keys[0] ?? '', keys[1] ?? ''));
    const ends = await cluster.everywhere(NODES, (node) => cluster.place.run(['ssh', NAME, node, '--', 'true']));
    await writeFile(first, said);
    expect(ends.filter(({ code }) => code === 0)).toHaveLength(NODES.length - 1);
  });
}

/** Node and its address on the segment. */
async function addresses(cluster: SharedCluster): Promise<ReadonlyMap<string, string>> {
  const found = await cluster.everywhere(NODES, async (node) => {
    const said = await cluster.on(node, 'ip -4 -o address show eth1');
    return [node, /\b10\.\d+\.\d+\.\d+\b/.exec(said)?.[0] ?? ''] as const;
  });
  return new Map(found);
}
