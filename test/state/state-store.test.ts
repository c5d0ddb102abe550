import { describe, expect, test } from 'vitest';
import { ClusterState } from '#engine/cluster-state.ts';
import type { JournalEntry } from '#engine/journal.ts';
import type { Snapshot } from '#engine/record.ts';
import { Secret } from '#std/secret.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { HEAD_KEY, journalKey, JOURNAL_PREFIX, SNAPSHOT_PREFIX } from '#state/object-keys.ts';
import { Bench, created, numbersIn, removed, TEST_LINEAGE } from './support/bench.ts';
import { faultyStore } from './support/faulty-store.ts';
import { wrapStore } from './support/wrapped-store.ts';

describe('a new state', () => {
  test('reads as none, and begins with the first lease', async () => {
    const bench = new Bench();
    const store = bench.process();
    expect(await bench.run(store.read())).toBeUndefined();
    const lease = await bench.run(store.acquire());
    expect(lease.generation).toBe(1);
    expect(lease.snapshot.records.size).toBe(0);
    expect((await bench.run(bench.process().read()))?.cluster).toBe(lease.lineage);
    await bench.run(lease[Symbol.asyncDispose]());
  });

  test('takes the uid it is given, and refuses to be another cluster afterwards', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process({ lineage: TEST_LINEAGE }).acquire());
    expect(lease.lineage).toBe(TEST_LINEAGE);
    await bench.run(lease[Symbol.asyncDispose]());
    const other = await bench.run(new Bench().process().acquire());
    const stranger = bench.process({ lineage: other.lineage });
    expect((await bench.problemOf(stranger.acquire(), 'state.lineage-differs')).detail).toBe(
      `It is the state of ${TEST_LINEAGE}, not of ${other.lineage}.`,
    );
    await bench.problemOf(stranger.read(), 'state.lineage-differs');
    const again = await bench.run(bench.process().acquire());
    expect(again.lineage).toBe(TEST_LINEAGE);
  });

  test('is begun once when sixteen want to begin it', async () => {
    const bench = new Bench();
    const outcomes = await bench.run(Promise.allSettled(Array.from({ length: 16 }, () => bench.process().acquire())));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('what was appended', () => {
  test('is in the snapshot once it is durable, and in every later read', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const appended = lease.append(...created(1));
    expect(numbersIn(lease.snapshot)).toEqual([]);
    await bench.run(appended);
    expect(numbersIn(lease.snapshot)).toEqual([1]);
    await bench.run(lease.append(...created(2), ...removed(1)));
    await bench.run(lease[Symbol.asyncDispose]());
    const read = await bench.run(bench.process().read());
    expect(read?.toDocument()).toEqual(documentOf(lease.snapshot));
    expect(numbersIn(read)).toEqual([2]);
    expect(read?.serial).toBe(3);
  });

  test('is not in the snapshot while its write is under way', async () => {
    const bench = new Bench();
    const objects = wrapStore(bench.objects, async (_operation, act) => {
      const result = await act();
      await bench.clock.sleep(1_000);
      return result;
    });
    const lease = await bench.run(bench.process({ objects }).acquire());
    const appended = lease.append(...created(1));
    await bench.clock.advance(900);
    expect(await bench.objects.listObjects(JOURNAL_PREFIX)).toHaveLength(2);
    expect(numbersIn(lease.snapshot)).toEqual([]);
    await bench.run(appended);
    expect(numbersIn(lease.snapshot)).toEqual([1]);
  });

  test('in one tick shares one write; later ones wait for the write under way', async () => {
    const bench = new Bench();
    const objects = new MemoryStore();
    const lease = await bench.run(bench.process({ objects }).acquire());
    const first = [lease.append(...created(1)), lease.append(...created(2)), lease.append(...created(3))];
    await Promise.resolve();
    await Promise.resolve();
    const second = [lease.append(...created(4)), lease.append(...created(5))];
    await bench.run(Promise.all([...first, ...second]));
    const keys = await objects.listObjects(JOURNAL_PREFIX);
    expect(keys).toEqual([1, 2, 3].map(journalKey));
    expect(numbersIn(lease.snapshot)).toEqual([1, 2, 3, 4, 5]);
  });

  test('survives as if nothing had happened when every reply is lost', async () => {
    const bench = new Bench();
    const replies = new Map<string, number>();
    const objects = faultyStore(new MemoryStore(), ({ name, key }) => {
      const count = (replies.get(`${name} ${key}`) ?? 0) + 1;
      replies.set(`${name} ${key}`, count);
      return count % 2 === 1 ? 'lost-reply' : 'fine';
    });
    const lease = await bench.run(bench.process({ objects }).acquire());
    for (let n = 1; n <= 5; n += 1) await bench.run(lease.append(...created(n)));
    await bench.run(lease[Symbol.asyncDispose]());
    expect(numbersIn(await bench.run(bench.process({ objects }).read()))).toEqual([1, 2, 3, 4, 5]);
  });

  test('that no reader could fold is refused before it is written, and ends the run', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const [, ready] = created(9);
    const refused = await bench.problemOf(lease.append(...(ready === undefined ? [] : [ready])), 'internal');
    expect(refused.detail).toMatch(/which the state does not have/);
    expect(lease.lost.aborted).toBe(true);
    await bench.run(lease[Symbol.asyncDispose]());
    expect(numbersIn(await bench.run(bench.process().read()))).toEqual([]);
  });

  test('of no entries costs nothing', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append());
    expect(await bench.objects.listObjects(JOURNAL_PREFIX)).toHaveLength(1);
  });
});

describe('snapshots', () => {
  test('come with the work, so that reading stays short; the last two are kept and the journal whole', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    for (let n = 1; n <= 450; n += 1) await bench.run(lease.append(...created(n)));
    await bench.run(lease[Symbol.asyncDispose]());
    const snapshots = await bench.objects.listObjects(SNAPSHOT_PREFIX);
    expect(snapshots).toHaveLength(2);
    expect(await bench.objects.listObjects(JOURNAL_PREFIX)).toHaveLength(451);
    const reads: string[] = [];
    const objects = faultyStore(bench.objects, ({ name, key }) => {
      if (name === 'readObject') reads.push(key);
      return 'fine';
    });
    const read = await bench.run(bench.process({ objects }).read());
    expect(read?.records.size).toBe(450);
    expect(reads.length).toBeLessThan(110);
  });

  test('together cost in proportion to the work, however much there is', async () => {
    for (const resources of [500, 4_000]) {
      const bench = new Bench();
      const bytes = { journal: 0, snapshot: 0 };
      const objects = wrapStore(bench.objects, async ({ key, body = '' }, act) => {
        if (key.startsWith(JOURNAL_PREFIX)) bytes.journal += body.length;
        if (key.startsWith(SNAPSHOT_PREFIX)) bytes.snapshot += body.length;
        return act();
      });
      const lease = await bench.run(bench.process({ objects }).acquire());
      for (let n = 1; n <= resources; n += 5) {
        await bench.run(Promise.all([0, 1, 2, 3, 4].map((more) => lease.append(...created(n + more)))));
      }
      expect(lease.snapshot.records.size).toBe(resources);
      expect(bytes.snapshot / bytes.journal).toBeLessThan(5);
    }
  });

  test('give back the very state, secrets and loose ends too', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const [create, ready] = created(1, { password: new Secret('hunter2'), nested: [{ $sealed: 'mine' }] });
    const [, gone] = removed(2);
    const entries = [create, ...created(2), gone, ready, ...created(3).slice(0, 1), ...update(1), ...adopt(4)];
    await bench.run(lease.append(...entries.filter((entry) => entry !== undefined)));
    await bench.run(lease.writeSnapshot());
    await bench.run(lease[Symbol.asyncDispose]());
    const read = await bench.run(bench.process().read());
    expect(read?.toDocument()).toEqual(documentOf(lease.snapshot));
    expect(reveal(read?.records)).toContain('hunter2');
    for (const key of await bench.objects.listObjects('')) {
      const body = (await bench.objects.readObject(key)) ?? (await bench.objects.readRegister(key))?.body;
      expect(body).not.toContain('hunter2');
    }
  });

  test.each([
    ['is damaged', (body: string) => body.replace('test.node', 'test.mode')],
    ['is cut off', (body: string) => body.slice(0, 100)],
    ['is gone', () => undefined],
  ])('are not needed: one that %s is replaced by more journal', async (_name, damage) => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    for (let n = 1; n <= 6; n += 1) {
      await bench.run(lease.append(...created(n)));
      if (n % 2 === 0) await bench.run(lease.writeSnapshot());
    }
    await bench.run(lease[Symbol.asyncDispose]());
    const expected = documentOf(lease.snapshot);
    for (const key of (await bench.objects.listObjects(SNAPSHOT_PREFIX)).toReversed()) {
      const body = damage((await bench.objects.readObject(key)) ?? '');
      await bench.objects.removeObject(key);
      if (body !== undefined) await bench.objects.createObject(key, body);
      expect((await bench.run(bench.process().read()))?.toDocument()).toEqual(expected);
    }
    const next = await bench.run(bench.process().acquire());
    expect(documentOf(next.snapshot)).toEqual(expected);
  });
});

describe('a state that is damaged', () => {
  test('without its head is never taken for an empty one', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease[Symbol.asyncDispose]());
    await bench.objects.removeObject(HEAD_KEY);
    const { detail } = await bench.problemOf(bench.process().read(), 'state.head-missing');
    expect(detail).toBe(`${bench.objects.location} holds 1 journal objects and no head.json.`);
    await bench.problemOf(bench.process().acquire(), 'state.head-missing');
  });

  test.each([
    [
      'without an object in the middle',
      2,
      () => undefined,
      'journal/000000000002.json: it is missing while journal/000000000003.json is there.',
    ],
    ['without its last object', 4, () => undefined, 'journal/000000000004.json: it is missing.'],
    [
      'with a changed object',
      3,
      (body: string) => body.replace('"size":2', '"size":7'),
      'journal/000000000004.json: it does not follow the object before it.',
    ],
    ['with no JSON', 3, () => '{"secret', 'journal/000000000003.json: it is not JSON.'],
    ['with no object', 3, () => '[]', 'journal/000000000003.json: it is no JSON object.'],
    ['with no format', 3, () => '{}', 'journal/000000000003.json: it names no format.'],
    [
      'with other fields',
      4,
      (body: string) => body.replace('"entries"', '"entry"'),
      'journal/000000000004.json: it is not as expected at entries (invalid_type), it (unrecognized_keys).',
    ],
    [
      'with an older generation at its end',
      4,
      (body: string) => body.replace('"generation":1', '"generation":0'),
      'journal/000000000004.json: it is not as expected at generation (too_small).',
    ],
    [
      'with an object under another number',
      4,
      (body: string) => body.replace('"seq":4', '"seq":5'),
      'journal/000000000004.json: it calls itself number 5.',
    ],
  ])('%s names the object', async (_name, seq, damage, detail) => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    for (let n = 1; n <= 3; n += 1) await bench.run(lease.append(...created(n)));
    await bench.run(lease[Symbol.asyncDispose]());
    const body = damage((await bench.objects.readObject(journalKey(seq))) ?? '');
    await bench.objects.removeObject(journalKey(seq));
    if (body !== undefined) await bench.objects.createObject(journalKey(seq), body);
    expect((await bench.problemOf(bench.process().acquire(), 'state.corrupt')).detail).toBe(detail);
  });

  test('is let go again when it cannot be read', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    await bench.run(lease.append(...created(1)));
    await bench.run(lease[Symbol.asyncDispose]());
    await bench.objects.removeObject(journalKey(1));
    await bench.problemOf(bench.process().acquire(), 'state.corrupt');
    await bench.problemOf(bench.process().acquire(), 'state.corrupt');
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('access that is refused', () => {
  test.each(['readRegister', 'listObjects', 'readObject', 'swapRegister', 'createObject'] as const)(
    'at %s is never read as absence',
    async (name) => {
      const bench = new Bench();
      const lease = await bench.run(bench.process().acquire());
      await bench.run(lease.append(...created(1)));
      await bench.run(lease[Symbol.asyncDispose]());
      const denied = faultyStore(bench.objects, (operation) => (operation.name === name ? 'denied' : 'fine'));
      const { code } = await bench.problemOf(bench.process({ objects: denied }).acquire());
      expect(code).toBe('state.denied');
    },
  );
});

describe('blueprints', () => {
  test('are kept under their hash, once, with their secrets sealed', async () => {
    const bench = new Bench();
    const lease = await bench.run(bench.process().acquire());
    const [create] = created(1);
    if (create?.type !== 'create') throw new Error('The first entry creates.');
    const { address, kind } = create;
    const inputs = { password: new Secret('hunter2'), vpc: { $ref: 'network.vpc', output: 'id' } };
    const declarations = [{ address, kind, inputs, dependsOn: [], within: undefined, retain: false, adopt: undefined }];
    await bench.run(lease.keepBlueprint('b00c', declarations));
    await bench.run(lease.keepBlueprint('b00c', declarations));
    expect(await bench.run(lease.readBlueprint('b00c'))).toEqual(declarations);
    expect(await bench.run(bench.process().readBlueprint('b00c'))).toEqual(declarations);
    expect(await bench.objects.readObject('blueprint/b00c.json')).not.toContain('hunter2');
    await bench.problemOf(lease.readBlueprint('dead'), 'state.blueprint-missing');
    const body = (await bench.objects.readObject('blueprint/b00c.json')) ?? '';
    await bench.objects.removeObject('blueprint/b00c.json');
    await bench.objects.createObject('blueprint/b00c.json', body.replace('network.vpc', 'network.vpd'));
    await bench.problemOf(lease.readBlueprint('b00c'), 'state.corrupt');
    await bench.problemOf(lease.keepBlueprint('b00c', declarations), 'state.corrupt');
  });
});

function documentOf(state: Snapshot): unknown {
  if (!(state instanceof ClusterState)) throw new Error('A lease shows the state itself.');
  return state.toDocument();
}

function reveal(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (value instanceof Map) return [...value.values()].flatMap(reveal);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(reveal) : [];
}

function update(n: number): readonly JournalEntry[] {
  const [create] = created(n);
  if (create?.type !== 'create') throw new Error('The first entry creates.');
  return [
    {
      type: 'update',
      instanceId: create.instanceId,
      inputs: { password: new Secret('next') },
      dependsOn: [],
      retain: true,
    },
  ];
}

function adopt(n: number): readonly JournalEntry[] {
  const [create] = created(n);
  if (create?.type !== 'create') throw new Error('The first entry creates.');
  const { variant: _variant, attempt: _attempt, ...identity } = create;
  return [{ ...identity, type: 'adopt', within: undefined, outputs: { id: 'i-4' } }];
}
