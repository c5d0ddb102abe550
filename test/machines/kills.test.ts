import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { giveTo } from './household.ts';
import { lockedIn } from './node-assets.ts';
import { ended, Workplace } from './workplace.ts';

const KILLS_OF_CREATE = 22;
const KILLS_OF_DELETE = 8;
const KILLS_LEAST = 20;
/**
 * By then all that a create does by itself is done, and it waits for the machine. That boots on meanwhile, whoever is
 * killed, and in all of them together does not get so far as to say hello.
 */
const CREATE_MS = 3_500;
/** It is quick: some of these are over before. */
const DELETE_MS = 900;
/** What the program needs to be there at all. */
const LEAST_MS = 250;

const place = new Workplace(inject('household'), 'kills');
const random = new SeededRandom(20_261_121);

beforeAll(async () => {
  await place.clear();
  await mkdir(place.root, { recursive: true });
  await giveTo(inject('household'), place.root);
  const { lock, source } = lockedIn(inject('assets'));
  const lines = [
    'name: kit',
    'provider: local',
    'domain: kit.localhost',
    `image: { id: ${inject('image')} }`,
    `assets: { lock: ${lock}, source: ${source} }`,
    'nodes: { converged: { count: 1, machine: tiny } }',
  ];
  await writeFile(join(place.root, 'kit.yaml'), `${lines.join('\n')}\n`);
});

afterAll(async () => {
  for (const { pid } of await place.processes()) process.kill(pid, 'SIGKILL');
});

const CREATE = ['create', '-f', join(place.root, 'kit.yaml'), '--yes', '--plain'];
const DELETE = ['delete', 'kit', '--yes', '--plain'];

let kills = 0;

/** Runs it so long and no longer, and answers whether it was over before. */
async function killed(args: readonly string[], afterMs: number): Promise<boolean> {
  const child = place.start(args);
  const end = ended(child);
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, afterMs);
  const { code } = await end;
  clearTimeout(timer);
  if (code === null) kills += 1;
  return code !== null;
}

async function programs(name: string): Promise<readonly string[]> {
  const found = await place.processes();
  return found
    .filter(({ command }) => command.some((word) => word.includes(name)))
    .map(({ command }) => command.join(' '));
}

/** One machine, one switch, however often it was begun. */
async function expectNoTwins(): Promise<void> {
  expect((await programs('qemu-system')).length).toBeLessThanOrEqual(1);
  expect((await programs('switch-main')).length).toBeLessThanOrEqual(1);
}

describe('killed with all that it has started, at any moment', () => {
  test('a create goes on by the same command, with one machine and no more', async () => {
    for (let kill = 0; kill < KILLS_OF_CREATE; kill += 1) {
      const afterMs = LEAST_MS + (CREATE_MS / KILLS_OF_CREATE) * (kill + random.float());
      const isOver = await killed(CREATE, afterMs);
      await expectNoTwins();
      if (isOver) break;
    }
    await place.good(CREATE);
    expect(await programs('qemu-system')).toHaveLength(1);
    await place.good(['plan', 'kit']);
    // Of its three disks one is blank, for the data.
    const { output } = await place.good(['ssh', 'kit', 'converged-1', '--', 'lsblk', '--noheadings', '--nodeps']);
    expect(output.trim().split('\n')).toHaveLength(3);
  });

  test('a delete goes on by the same command, and leaves nothing', async () => {
    for (let kill = 0; kill < KILLS_OF_DELETE; kill += 1) {
      const isOver = await killed(DELETE, LEAST_MS + (DELETE_MS / KILLS_OF_DELETE) * (kill + random.float()));
      await expectNoTwins();
      if (isOver) break;
    }
    await place.run(DELETE);
    console.log(`machines: ${kills} kills, spread over a create and a delete`);
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    expect(await place.processes()).toEqual([]);
    const left = (await place.files()).filter((path) => path.startsWith(join(place.data, 'bootstrap', 'local')));
    expect(left).toEqual([]);
    expect((await place.files()).filter((path) => path.startsWith(join(place.root, 'run')))).toEqual([]);
  });
});
