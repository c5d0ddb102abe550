import { describe, expect, test, vi } from 'vitest';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { FileErrorCode, Files } from '#std/files.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { LEASE_KEY } from '#state/object-keys.ts';
import { mixSeeds, SeededRandom } from '../simulation/seeded-random.ts';
import { Disk, type DiskSurface } from '../support/disk.ts';
import { Bench, created, numbersIn } from './support/bench.ts';

vi.setConfig({ testTimeout: 60_000 });

const ROOT = '/disk/state';
const APPENDS = 4;

interface Run {
  readonly disk: Disk;
  /** Resources whose append was answered. */
  readonly acknowledged: readonly number[];
  readonly operations: number;
  readonly problem: Problem | undefined;
  readonly released: boolean;
}

/** One run of the program on a disk with moods: takes the lease, journals, writes a snapshot, lets go. */
async function runOn(disk: Disk, surface: DiskSurface, first = 1): Promise<Run> {
  const files = disk.mount(surface);
  const bench = new Bench({
    seed: first,
    objects: new DirectoryStore({ root: ROOT, files, random: new SeededRandom(first) }),
  });
  const liveness = { isCertainlyDead: async () => true };
  const acknowledged: number[] = [];
  const progress: { problem: Problem | undefined; released: boolean } = { problem: undefined, released: false };
  const work = async (): Promise<void> => {
    await using lease = await bench.process({ liveness }).acquire();
    for (let n = first; n < first + APPENDS; n += 1) {
      await lease.append(...created(n));
      acknowledged.push(n);
      if (n === first + 1) await lease.writeSnapshot();
    }
  };
  try {
    await bench.run(work());
    progress.released = true;
  } catch (error) {
    if (isProblem(error)) progress.problem = error;
    else if (!String(error).includes('Nothing will ever happen again')) throw error;
  }
  return { disk, acknowledged, operations: files.operations, ...progress };
}

async function operationsOfOneRun(): Promise<number> {
  return (await runOn(new Disk(), {})).operations;
}

/** What the next run finds: everything that was acknowledged, in order, and perhaps one more. */
async function expectNothingLost({ disk, acknowledged }: Run): Promise<void> {
  const next = await runOn(disk, {}, 101);
  expect(next.problem).toBeUndefined();
  const bench = new Bench({
    objects: new DirectoryStore({ root: ROOT, files: disk.mount(), random: new SeededRandom(9) }),
  });
  const numbers = numbersIn(await bench.run(bench.process().read()));
  const old = numbers.filter((n) => n <= 100);
  expect(old.slice(0, acknowledged.length)).toEqual(acknowledged);
  expect(old.length - acknowledged.length).toBeLessThanOrEqual(1);
  expect(numbers.filter((n) => n > 100)).toHaveLength(APPENDS);
}

test.each([false, true])(
  'a power cut at any operation loses nothing that was acknowledged (after its effect: %s)',
  async (after) => {
    const operations = await operationsOfOneRun();
    expect(operations).toBeGreaterThan(60);
    for (let at = 1; at <= operations; at += 1) {
      for (let seed = 1; seed <= 2; seed += 1) {
        const hang = { hangs: true, after } as const;
        const run = await runOn(new Disk(), {
          mishap: (n) => (n === at ? hang : n > at ? { hangs: true } : undefined),
        });
        expect(run.released).toBe(false);
        run.disk.cutPower(new SeededRandom(mixSeeds(at, seed)));
        await expectNothingLost(run);
      }
    }
  },
);

test('a disk that lies about its syncs is survived or named: a state is an earlier one or a Problem, never a mixture', async () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = new SeededRandom(mixSeeds(77, seed));
    const lies = random.between(0.05, 0.8);
    const run = await runOn(new Disk(), { liesAboutSync: () => random.chance(lies) });
    run.disk.cutPower(random);
    const bench = new Bench({ objects: new DirectoryStore({ root: ROOT, files: run.disk.mount(), random }) });
    const liveness = { isCertainlyDead: async () => true };
    const outcome = await bench.run(
      bench
        .process({ liveness })
        .acquire()
        .then(
          (lease) => numbersIn(lease.snapshot),
          (error: unknown) => (isProblem(error) ? error : Promise.reject(new Error(String(error), { cause: error }))),
        ),
    );
    outcomes.add(isProblem(outcome) ? outcome.code : `resources ${outcome.join(' ')}`);
  }
  const states = ['resources ', 'resources 1', 'resources 1 2', 'resources 1 2 3', 'resources 1 2 3 4'];
  const problems = ['state.corrupt', 'state.head-missing'];
  expect([...outcomes].filter((outcome) => ![...states, ...problems].includes(outcome))).toEqual([]);
  expect([...problems, 'resources 1 2 3 4'].filter((outcome) => !outcomes.has(outcome))).toEqual([]);
});

const WRITES: ReadonlySet<keyof Files> = new Set(['create', 'link', 'makeDirectory', 'syncDirectory', 'remove']);

describe.each<[FileErrorCode, string]>([
  ['full', 'state.store-full'],
  ['denied', 'state.denied'],
  ['io', 'state.'],
])('a disk that fails with "%s"', (fails, code) => {
  test.each([false, true])(
    'at any write, for good, ends the run with its reason and costs nothing (after its effect: %s)',
    async (after) => {
      const operations = await operationsOfOneRun();
      for (let at = 1; at <= operations; at += 1) {
        const mishap = (n: number, name: keyof Files) =>
          n >= at && WRITES.has(name) ? { fails, after: after && n === at } : undefined;
        const run = await runOn(new Disk(), { mishap });
        const isDone = run.acknowledged.length === APPENDS;
        expect(isDone || run.problem?.code.startsWith(code)).toBe(true);
        await expectNothingLost(run);
      }
    },
  );

  test('at any one operation is survived, or ends the run with a Problem', async () => {
    const operations = await operationsOfOneRun();
    for (let at = 1; at <= operations; at += 1) {
      const run = await runOn(new Disk(), { mishap: (n) => (n === at ? { fails, after: true } : undefined) });
      expect(run.acknowledged.length === APPENDS || run.problem !== undefined).toBe(true);
      await expectNothingLost(run);
    }
  });
});

test('a state on a disk is released at its end', async () => {
  const { disk, released } = await runOn(new Disk(), {});
  expect(released).toBe(true);
  const versions = [...disk.walk()].filter(({ path }) => path.includes(`/${LEASE_KEY}/`));
  expect(versions.at(-1)?.inode.text).toContain('"released":true');
  expect([...disk.walk()].filter(({ path }) => path.includes('/.tmp/'))).toEqual([]);
});
