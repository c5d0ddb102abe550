import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import { beginAndKill } from './kills.ts';
import { CONTROL_PLANES, NAME, NODES, type SharedCluster } from './shared-cluster.ts';

const CloudInit = z.object({ v1: z.object({ errors: z.array(z.unknown()) }) });
/** Microseconds from the first instruction of the kernel on. */
const STARTED = 'systemctl show --value --property=ActiveEnterTimestampMonotonic ssh.service cloud-final.service';
/** Of /proc/PID/stat, counted from what stands behind the name. */
const STARTED_FIELD = 19;
const TICKS_PER_SECOND = 100;
const STAGES = ['network', 'packages', 'overlay', 'seat', 'etcd'];
const OTHER_STAGES = ['network', 'packages', 'overlay'];

/**
 * By then all that a create does by itself is done, and it waits for the machines. They boot on meanwhile, whoever is killed,
 * and in all of it together do not get so far as to say hello.
 */
const KILLED = { kills: 18, withinMs: 3_500 };
const KILLS_LEAST = 16;

export function foundingChecks(cluster: SharedCluster): void {
  const create = ['create', '-f', cluster.file, '--yes', '--plain'];
  let beganMs = 0;

  test('is made once, though whoever makes it is killed with all that he has started, at any moment', async () => {
    beganMs = performance.now();
    const kills = await beginAndKill(cluster, create, KILLED);
    cluster.figures.push(`create, killed ${kills} times`);
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
  });

  test('is made by somebody without privileges, and every machine becomes a node by itself', async () => {
    const end = await cluster.place.good(create);
    cluster.tell(`create, ${NODES.length} machines at once, the last time`, end.tookMs);
    cluster.tell('since it was begun for the first time', performance.now() - beganMs);
    await cluster.place.good(['plan', NAME]);
    const machines = await cluster.machines();
    expect(machines).toHaveLength(NODES.length);
    const owners = await Promise.all(
      machines.map(async ({ pid }) => /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
    expect(owners.includes('0') && inject('household').user !== undefined).toBe(false);
    // Of three disks one is blank, for the data.
    const disks = await cluster.on(NODES[0] ?? '', 'lsblk --noheadings --nodeps');
    expect(disks.trim().split('\n')).toHaveLength(3);
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
      // Each question costs seconds there: all in one.
      const asked = ['cat /run/cloud-init/result.json', 'hostname', 'systemctl --failed --no-legend --plain', STARTED];
      const said = (await cluster.on(node, [...asked, 'cat /proc/stat'].join('; echo ---; '))).split('---');
      const [result = '', name, failed, started = '', own = ''] = said.map((text) => text.trim());
      expect(CloudInit.parse(JSON.parse(result)).v1.errors).toEqual([]);
      expect({ name, failed }).toEqual({ name: node, failed: '' });
      const [ssh = 0, cloudInit = 0] = [...started.matchAll(/^\d+$/gm)].map(([text]) => Number(text) / 1_000_000);
      const kernel = bootedAtSeconds(own) - (await startedAtSeconds(await cluster.machineOf(node)));
      const since = `SSH ${ssh.toFixed(1)} s, cloud-init done ${cloudInit.toFixed(1)} s`;
      cluster.figures.push(`${node}, its boot: kernel after ${kernel.toFixed(0)} s, and from then on ${since}`);
    });
  });
}

/** When the kernel of a machine began, by the machine's clock. */
function bootedAtSeconds(stat: string): number {
  return Number(/^btime (\d+)$/m.exec(stat)?.[1]);
}

/** When a process of this workstation began, by its clock. */
async function startedAtSeconds(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Its name, which may hold anything, ends with the last bracket.
  const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[STARTED_FIELD];
  return bootedAtSeconds(await readFile('/proc/stat', 'utf8')) + Number(ticks) / TICKS_PER_SECOND;
}
