import { expect } from 'vitest';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { ended } from '../workplace.ts';
import { NODES, type SharedCluster } from './shared-cluster.ts';

/** What the program needs to be there at all. */
const LEAST_MS = 250;

const random = new SeededRandom(20_261_121);

export interface Spread {
  readonly kills: number;
  /** The last of them comes about as long after the beginning. */
  readonly withinMs: number;
}

/**
 * Begins the same command as often, each time killed with all that it has started: later and later, at any moment. Resolves
 * with how often it was killed before it was over.
 */
export async function beginAndKill(cluster: SharedCluster, args: readonly string[], spread: Spread): Promise<number> {
  const { kills, withinMs } = spread;
  for (let kill = 0; kill < kills; kill += 1) {
    const isOver = await isOverBefore(cluster, args, LEAST_MS + (withinMs / kills) * (kill + random.float()));
    await expectNoTwins(cluster);
    if (isOver) return kill;
  }
  return kills;
}

async function isOverBefore(cluster: SharedCluster, args: readonly string[], afterMs: number): Promise<boolean> {
  const child = cluster.place.start(args);
  const end = ended(child);
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, afterMs);
  const { code } = await end;
  clearTimeout(timer);
  return code !== null;
}

/** Each machine once, and one switch, however often they were begun. */
async function expectNoTwins(cluster: SharedCluster): Promise<void> {
  const commands = (await cluster.place.processes()).map(({ command }) => command);
  const count = (name: string): number => commands.filter((words) => words.some((word) => word.includes(name))).length;
  expect(count('switch-main')).toBeLessThanOrEqual(1);
  expect(count('qemu-system')).toBeLessThanOrEqual(NODES.length);
  for (const node of NODES) {
    const machines = (await cluster.machines()).filter(({ command }) => command.some((word) => word.includes(node)));
    expect(machines.length).toBeLessThanOrEqual(1);
  }
}
