import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SystemFiles } from '#std/system-files.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { StoreError } from '#state/object-store.ts';
import { probePreconditions } from '#state/probe.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { Bench } from './support/bench.ts';
import { faultyStore } from './support/faulty-store.ts';

class Careless extends MemoryStore {
  readonly #ignores: string;
  #replacements = 0;

  constructor(ignores: string) {
    super();
    this.#ignores = ignores;
  }

  override async createObject(key: string, body: string): Promise<void> {
    if (this.#ignores === 'If-None-Match on objects') this.objects.removeObject(key);
    await super.createObject(key, body);
  }

  override async swapRegister(key: string, body: string, expected: string | undefined): Promise<string> {
    if (expected !== undefined) this.#replacements += 1;
    const current = this.objects.readRegister(key)?.tag;
    return super.swapRegister(key, body, this.#isIgnored(expected) ? current : expected);
  }

  #isIgnored(expected: string | undefined): boolean {
    if (expected === undefined) return this.#ignores === 'If-None-Match on registers';
    if (this.#ignores === 'its own tags') throw new StoreError('precondition', 'It is another one.');
    return this.#ignores === 'If-Match' || (this.#ignores === 'old tags' && this.#replacements > 16);
  }
}

test('a store that keeps its conditions passes, and nothing stays behind', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bootstrap-probe-'));
  try {
    const random = new SeededRandom(1);
    const directory = new DirectoryStore({ root, files: new SystemFiles(), random });
    for (const store of [new MemoryStore(), directory]) {
      await probePreconditions(store, random);
      expect(await store.listObjects('')).toEqual([]);
    }
  } finally {
    await rm(root, { recursive: true });
  }
});

test.each([
  ['If-None-Match on objects', 'memory: 16 of 16 created one object.'],
  ['If-None-Match on registers', 'memory: 16 of 16 created one register.'],
  ['If-Match', 'memory: 16 of 16 replaced one version.'],
  ['old tags', 'memory: a write on top of an old version was accepted.'],
  ['its own tags', 'memory: a write on top of the version that it had just shown was refused.'],
])('a store that ignores %s is refused', async (ignores, detail) => {
  const bench = new Bench();
  const store = new Careless(ignores);
  const refused = await bench.problemOf(probePreconditions(store, bench.random), 'state.store-unfit');
  expect(refused.detail).toBe(detail);
  expect(await store.listObjects('')).toEqual([]);
});

test('a store that sends all of so many away, and lets whoever comes alone, passes', async () => {
  const bench = new Bench();
  let replacements = 0;
  const shy = faultyStore(new MemoryStore(), ({ name, body }) => {
    if (name !== 'swapRegister' || body?.startsWith('replacement') !== true) return 'fine';
    replacements += 1;
    return 'conflict';
  });
  expect(await bench.run(probePreconditions(shy, bench.random))).toBeUndefined();
  expect(replacements).toBe(16);
});

test('a store that cannot be reached is not called unfit', async () => {
  const bench = new Bench();
  const denied = faultyStore(new MemoryStore(), () => 'denied');
  const { code } = await bench.problemOf(probePreconditions(denied, bench.random));
  expect(code).toBe('state.denied');
});

test('a store that is too busy for some of so many writes at once passes all the same', async () => {
  const bench = new Bench();
  let writes = 0;
  const busy = faultyStore(new MemoryStore(), ({ name }) => {
    if (name !== 'createObject') return 'fine';
    writes += 1;
    return writes % 3 === 0 ? 'unavailable' : 'fine';
  });
  expect(await bench.run(probePreconditions(busy, bench.random))).toBeUndefined();
  expect(writes).toBeGreaterThan(3);
});

test('a winner that was not told so is no second one', async () => {
  const bench = new Bench();
  const forgetful = faultyStore(new MemoryStore(), ({ name }) => (name === 'createObject' ? 'lost-reply' : 'fine'));
  expect(await bench.run(probePreconditions(forgetful, bench.random))).toBeUndefined();
});

test('a store that takes no write at all is not called unfit', async () => {
  const bench = new Bench();
  const closed = faultyStore(new MemoryStore(), ({ name }) => (name === 'createObject' ? 'unavailable' : 'fine'));
  const { code } = await bench.problemOf(probePreconditions(closed, bench.random));
  expect(code).toBe('state.unavailable');
});
