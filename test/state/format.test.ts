import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '#std/secret.ts';
import { SystemFiles } from '#std/system-files.ts';
import { DemandRegister } from '#state/demand-register.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { type Migrations, STATE_FORMAT } from '#state/format.ts';
import { DEMAND_KEY, HEAD_KEY, journalKey } from '#state/object-keys.ts';
import { Bench, created, numbersIn, TEST_LINEAGE } from './support/bench.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const OLD_STATE = new URL('golden/format-0', import.meta.url).pathname;

/** What differed in format 0, which was never released: other names, and fields that were not there yet. */
const FROM_0: Migrations = new Map([
  [
    0,
    {
      head: ({ gen, sealedKey, ...rest }: JsonObject) => ({ ...rest, generation: gen, dataKey: sealedKey }),
      lease: ({ gen, ...rest }: JsonObject) => ({ ...rest, generation: gen, serial: 0 }),
      journal: ({ gen, ...rest }: JsonObject) => ({ ...rest, generation: gen }),
      snapshot: ({ records, ...rest }: JsonObject) => ({
        ...rest,
        records: Array.isArray(records) ? records.map((record: object) => ({ ...record, retain: false })) : records,
      }),
      demand: (document: JsonObject) => ({ ...document, cooldowns: {} }),
    },
  ],
]);

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-format-'));
  await cp(OLD_STATE, root, { recursive: true });
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

function benchOnOldState(): Bench {
  const seed = new Bench();
  return new Bench({ objects: new DirectoryStore({ root, files: new SystemFiles(), random: seed.random }) });
}

async function contentOf(folder: string): Promise<readonly string[]> {
  const names = (await readdir(join(root, folder))).toSorted();
  return Promise.all(names.map((name) => readFile(join(root, folder, name), 'utf8')));
}

describe('a state of an older format', () => {
  test('is read as if it were of this one, secrets too', async () => {
    const bench = benchOnOldState();
    const state = await bench.process({ migrations: FROM_0 }).read();
    expect(state?.cluster).toBe(TEST_LINEAGE);
    expect(numbersIn(state)).toEqual([1, 3]);
    const [first] = state?.records.values() ?? [];
    expect(first?.retain).toBe(false);
    expect(JSON.stringify(first?.inputs)).toBe(JSON.stringify({ size: 1, password: new Secret('hunter2') }));
    const { objects, clock, random } = bench;
    const demand = new DemandRegister({ objects, clock, random, migrations: FROM_0 });
    expect((await demand.read()).pools).toEqual({ worker: { desired: 3, fileValue: 3 } });
  });

  test('is continued in this one; what is written stays as it is until the next snapshot replaces it', async () => {
    const bench = benchOnOldState();
    const [journal, snapshots] = [await contentOf('journal'), await contentOf('snapshot')];
    const lease = await bench.process({ migrations: FROM_0 }).acquire();
    expect(lease.generation).toBe(2);
    await lease.append(...created(4));
    expect((await contentOf('journal')).slice(0, journal.length)).toEqual(journal);
    expect(await contentOf('snapshot')).toEqual(snapshots);
    await lease.writeSnapshot();
    await lease[Symbol.asyncDispose]();
    const withoutMigrations = await bench.process().read();
    expect(numbersIn(withoutMigrations)).toEqual([1, 3, 4]);
    expect((await contentOf('journal')).slice(0, journal.length)).toEqual(journal);
  });

  test('that nothing leads from is named', async () => {
    const bench = benchOnOldState();
    const detail = 'head.json: nothing leads from its format 0 to 1.';
    await expect(bench.process().read()).rejects.toMatchObject({ code: 'state.corrupt', detail });
  });
});

describe('a state of a newer format', () => {
  test.each([
    ['the head', HEAD_KEY],
    ['a journal object', journalKey(1)],
    ['the demand', DEMAND_KEY],
  ])('is refused: %s', async (_name, key) => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease[Symbol.asyncDispose]());
    const { objects, clock, random } = bench;
    const demand = new DemandRegister({ objects, clock, random });
    await demand.reconcileFile('worker', 3);
    const register = await bench.objects.readRegister(key);
    const body = register?.body ?? (await bench.objects.readObject(key)) ?? '';
    const newer = body.replace(`"format":${STATE_FORMAT}`, `"format":${STATE_FORMAT + 1}`);
    await bench.objects.removeObject(key);
    if (register === undefined) await bench.objects.createObject(key, newer);
    else await bench.objects.swapRegister(key, newer, undefined);
    const reading = key === DEMAND_KEY ? demand.read() : bench.process().acquire();
    const { detail } = await bench.problemOf(reading, 'state.format-newer');
    expect(detail).toBe(`${key} has format 2, this version knows 1.`);
  });
});
