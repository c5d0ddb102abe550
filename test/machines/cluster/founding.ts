import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { CONTROL_PLANES, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

const CloudInit = z.looseObject({ status: z.string(), errors: z.array(z.unknown()) });
const STAGES = ['network', 'packages', 'overlay', 'etcd'];
const OTHER_STAGES = ['network', 'packages', 'overlay'];

export function foundingChecks(cluster: SharedCluster): void {
  test('is made by somebody without privileges, and every machine becomes a node by itself', async () => {
    const end = await cluster.place.good(['create', '-f', cluster.file, '--yes', '--plain']);
    cluster.tell('create, five machines at once', end.tookMs);
    await cluster.place.good(['plan', NAME]);
    const machines = await cluster.machines();
    expect(machines).toHaveLength(NODES.length);
    const owners = await Promise.all(
      machines.map(async ({ pid }) => /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
    expect(owners.includes('0') && inject('household').user !== undefined).toBe(false);
  });

  test('has heard from each node how long each stage took', async () => {
    const reported = await cluster.stages();
    for (const node of NODES) {
      const own = reported.filter((report) => report.node === node);
      expect(own.map(({ stage }) => stage)).toEqual(CONTROL_PLANES.includes(node) ? STAGES : OTHER_STAGES);
      const seconds = own.map(({ stage, tookMs }) => `${stage} ${(tookMs / 1_000).toFixed(1)} s`);
      cluster.figures.push(`${node}, its stages: ${seconds.join(', ')}`);
    }
  });

  test('has machines on which cloud-init ended well, and that are who they say', async () => {
    await cluster.everywhere(NODES, async (node) => {
      const text = await cluster.on(node, 'cloud-init status --format json');
      const status = CloudInit.parse(JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)));
      expect(status).toMatchObject({ status: 'done', errors: [] });
      expect((await cluster.on(node, 'hostname')).trim()).toBe(node);
      await cluster.asRoot(node, 'cloud-init schema --system');
      expect((await cluster.on(node, 'systemctl --failed --no-legend --plain')).trim()).toBe('');
      cluster.figures.push(`${node}, its boot: ${await bootTimes(cluster, node)}`);
    });
  });
}

/** Seconds from the first instruction of the kernel on. */
async function bootTimes(cluster: SharedCluster, node: string): Promise<string> {
  const [kernel = '?'] = /[\d.]+(?=s \(kernel\))/.exec(await cluster.on(node, 'systemd-analyze time')) ?? [];
  const asked = 'systemctl show --value --property=ActiveEnterTimestampMonotonic ssh.service cloud-final.service';
  const stamps = await cluster.on(node, asked);
  const [ssh = 0, cloudInit = 0] = [...stamps.matchAll(/^\d+$/gm)].map(([text]) => Number(text) / 1_000_000);
  return `kernel ${kernel} s, SSH ${ssh.toFixed(1)} s, cloud-init done ${cloudInit.toFixed(1)} s`;
}
