import { describe, expect, test, vi } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { DEMAND_KEY, HEAD_KEY, LEASE_KEY } from '#state/object-keys.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Disk } from '../support/disk.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { Bench, created } from './support/bench.ts';

vi.setConfig({ testTimeout: 60_000 });

const ROOT = '/state';

/** A state on a disk, with two snapshots, journal before, between and after them, and all its files. */
async function stateOnDisk() {
  const disk = new Disk();
  const store = () => new DirectoryStore({ root: ROOT, files: disk.mount(), random: new SeededRandom(3) });
  const bench = new Bench({ objects: store() });
  const lease = await bench.run(bench.process().acquire());
  await bench.run(lease.append(...created(1)));
  await bench.run(lease.writeSnapshot());
  await bench.run(lease.append(...created(2)));
  await bench.run(lease.writeSnapshot());
  await bench.run(lease.append(...created(3)));
  await bench.run(lease[Symbol.asyncDispose]());
  const expected = canonicalJson((await bench.run(bench.process().read()))?.toDocument());
  return { disk, bench, expected, files: [...disk.walk()].map(({ path }) => path) };
}

type Bed = Awaited<ReturnType<typeof stateOnDisk>>;

/** Reads the state; what is not exactly as it was must be a Problem that names the file. */
async function survivedOrNamed({ bench, expected }: Bed, path: string): Promise<'survived' | 'named'> {
  try {
    const state = await bench.process().read();
    if (canonicalJson(state?.toDocument()) !== expected) throw new Error(`Silently wrong after damage to ${path}.`);
    return 'survived';
  } catch (error) {
    if (!isProblem(error, 'state.corrupt') || !error.detail.includes(nameOf(path))) throw error;
    return 'named';
  }
}

async function damageEverywhere(bed: Bed, path: string, damage: (bytes: Buffer, place: number) => Buffer) {
  const { disk } = bed;
  const whole = disk.textOf(path);
  const outcomes = new Set<string>();
  for (let place = 0; place < Buffer.byteLength(whole); place += 1) {
    disk.damage(path, (bytes) => damage(bytes, place));
    outcomes.add(await survivedOrNamed(bed, path));
    disk.damage(path, () => Buffer.from(whole));
  }
  return [...outcomes];
}

function flip(bytes: Buffer, place: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[place] = (flipped[place] ?? 0) ^ (1 << (place % 8));
  return flipped;
}

const tear = (bytes: Buffer, place: number): Buffer => bytes.subarray(0, place);
const hole = (bytes: Buffer, place: number): Buffer =>
  Buffer.concat([bytes.subarray(0, place), Buffer.alloc(bytes.length - place)]);

describe.each([
  ['one bit flipped', flip],
  ['cut off', tear],
  ['zeros to its end', hole],
])('with %s, at every byte,', (_name, damage) => {
  test('the newest version of the head falls back on the one before', async () => {
    const bed = await stateOnDisk();
    expect(await damageEverywhere(bed, newestOf(bed, HEAD_KEY), damage)).toEqual(['survived']);
  });

  test('the newest version of the lease is survived, also by the next holder', async () => {
    const bed = await stateOnDisk();
    const path = newestOf(bed, LEASE_KEY);
    expect(await damageEverywhere(bed, path, damage)).toEqual(['survived']);
    bed.disk.damage(path, (bytes) => damage(bytes, 100));
    const liveness = { isCertainlyDead: async () => true };
    const lease = await bed.bench.run(bed.bench.process({ liveness }).acquire());
    expect(lease.generation).toBe(2);
    await bed.bench.run(lease.append(...created(4)));
  });

  test('a snapshot is survived', async () => {
    const bed = await stateOnDisk();
    for (const path of bed.files.filter((file) => file.includes('/snapshot/'))) {
      expect(await damageEverywhere(bed, path, damage)).toEqual(['survived']);
    }
  });

  test('a journal object is named, or not needed any more', async () => {
    const bed = await stateOnDisk();
    const paths = bed.files.filter((file) => file.includes('/journal/'));
    const outcomes = [];
    for (const path of paths) outcomes.push(await damageEverywhere(bed, path, damage));
    expect(outcomes).toEqual([['survived'], ['survived'], ['survived'], ['named']]);
  });

  test('the demand falls back on the version before, and says so', async () => {
    const disk = new Disk();
    const [random, clock] = [new SeededRandom(1), new VirtualClock()];
    const objects = new DirectoryStore({ root: ROOT, files: disk.mount(), random });
    const register = new DemandRegister({ objects, random, clock });
    await register.reconcileFile('worker', 3);
    await register.reconcileFile('worker', 4);
    const path = [...disk.walk()].findLast((file) => file.path.includes(DEMAND_KEY))?.path ?? '';
    const whole = disk.textOf(path);
    for (let place = 0; place < Buffer.byteLength(whole); place += 1) {
      disk.damage(path, (bytes) => damage(bytes, place));
      const demand = await register.read();
      expect(demand.pools['worker']?.desired).toBe(3);
      expect(demand.decisions.at(-1)?.reason).toBe(
        `${path.slice(ROOT.length + 1)} is damaged: decisions after the one before may be lost`,
      );
      disk.damage(path, () => Buffer.from(whole));
    }
    disk.damage(path, (bytes) => damage(bytes, 50));
    expect(await register.reconcileFile('worker', 5)).toBe(5);
    expect((await register.read()).decisions.map(({ policy }) => policy)).toEqual(['file', 'register', 'file']);
  });
});

test('a register whose every version is damaged is named, and never taken for absent', async () => {
  const bed = await stateOnDisk();
  for (const path of bed.files.filter((file) => file.includes(HEAD_KEY)))
    bed.disk.damage(path, (bytes) => flip(bytes, 70));
  const { detail } = await bed.bench.problemOf(bed.bench.process().acquire(), 'state.corrupt');
  expect(detail).toMatch(/^\/state: head\.json\/\d{12} does not have its checksum$/);
});

function newestOf({ files }: Bed, key: string): string {
  return files.findLast((file) => file.includes(`/${key}/`)) ?? '';
}

/** `/state/journal/000000000003.json` → journal/000000000003.json */
function nameOf(path: string): string {
  return path.slice(ROOT.length + 1);
}
