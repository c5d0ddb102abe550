import { describe, expect, test } from 'vitest';
import { type ObjectStore, StoreError } from '#state/object-store.ts';

/** Two handles to one new store, as two processes have them. */
export type OpenStores = () => Promise<readonly [ObjectStore, ObjectStore]>;

/** What the state needs of every store, whatever it is made of. */
export function describeStore(name: string, open: OpenStores): void {
  describe(`a store ${name}`, () => {
    testKeeping(open);
    testListing(open);
    testWriters(open);
  });
}

function testKeeping(open: OpenStores): void {
  test('has nothing to begin with', async () => {
    const [store] = await open();
    expect(await store.readRegister('head.json')).toBeUndefined();
    expect(await store.readObject('journal/1.json')).toBeUndefined();
    expect(await store.listObjects('')).toEqual([]);
  });

  test('gives an object back exactly, also to another process', async () => {
    const [ours, theirs] = await open();
    const body = 'line\nßtraße \u{1F600} \ufffd \u0000 "end"\n';
    await ours.createObject('journal/000000000001.json', body);
    expect(await theirs.readObject('journal/000000000001.json')).toBe(body);
  });

  test('never replaces an object', async () => {
    const [ours, theirs] = await open();
    await ours.createObject('a.json', 'first');
    expect(await outcomeOf(theirs.createObject('a.json', 'second'))).toBe('precondition');
    expect(await outcomeOf(theirs.createObject('a.json', 'first'))).toBe('precondition');
    expect(await ours.readObject('a.json')).toBe('first');
  });

  test('swaps a register only from what was expected', async () => {
    const [ours, theirs] = await open();
    const first = await ours.swapRegister('head.json', 'one', undefined);
    expect(await theirs.readRegister('head.json')).toMatchObject({ body: 'one', tag: first });
    const second = await theirs.swapRegister('head.json', 'two', first);
    expect(second).not.toBe(first);
    expect(await outcomeOf(ours.swapRegister('head.json', 'three', first))).toBe('precondition');
    expect(await outcomeOf(ours.swapRegister('head.json', 'three', undefined))).toBe('precondition');
    expect(await outcomeOf(ours.swapRegister('lease.json', 'x', second))).toBe('precondition');
    expect(await ours.readRegister('head.json')).toMatchObject({ body: 'two', tag: second });
  });
}

function testListing(open: OpenStores): void {
  test('lists keys ascending, by prefix and after a key', async () => {
    const [store] = await open();
    for (const key of ['journal/000000000010.json', 'journal/000000000002.json', 'snapshot/1.json', 'a.json']) {
      await store.createObject(key, key);
    }
    await store.swapRegister('head.json', 'x', undefined);
    const journal = ['journal/000000000002.json', 'journal/000000000010.json'];
    expect(await store.listObjects('journal/')).toEqual(journal);
    expect(await store.listObjects('journal/00000000001')).toEqual(journal.slice(1));
    expect(await store.listObjects('journal/', 'journal/000000000002.json')).toEqual(journal.slice(1));
    expect(await store.listObjects('journal/', 'journal/000000000010.json')).toEqual([]);
    expect(await store.listObjects('journal/', 'a.json')).toEqual(journal);
    expect(await store.listObjects('')).toEqual(['a.json', 'head.json', ...journal, 'snapshot/1.json']);
    expect(await store.listObjects('nothing/')).toEqual([]);
  });

  test('removes objects and registers, and what is not there', async () => {
    const [ours, theirs] = await open();
    await ours.createObject('journal/1.json', 'x');
    await ours.swapRegister('head.json', 'x', undefined);
    await ours.removeObject('journal/1.json');
    await ours.removeObject('head.json');
    await ours.removeObject('never/there.json');
    expect(await theirs.listObjects('')).toEqual([]);
    expect(await theirs.readRegister('head.json')).toBeUndefined();
    await theirs.createObject('journal/1.json', 'again');
    await theirs.swapRegister('head.json', 'again', undefined);
    expect(await ours.readObject('journal/1.json')).toBe('again');
    expect(await ours.readRegister('head.json')).toMatchObject({ body: 'again' });
  });
}

function testWriters(open: OpenStores): void {
  test('has one winner when sixteen create one object', async () => {
    const [ours, theirs] = await open();
    const attempts = Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? ours : theirs).createObject('a.json', `${n}`));
    const outcomes = await Promise.allSettled(attempts);
    const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(await ours.readObject('a.json')).toBe(String(winners[0]));
  });

  test('has one winner when sixteen swap one register, round after round', async () => {
    const [ours, theirs] = await open();
    let expected: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const before = expected;
      const attempts = Array.from({ length: 16 }, (_, n) =>
        (n % 2 === 0 ? ours : theirs).swapRegister('head.json', `${round}.${n}`, before),
      );
      const outcomes = await Promise.allSettled(attempts);
      const winners = outcomes.flatMap((outcome, n) =>
        outcome.status === 'fulfilled' ? [[n, outcome.value] as const] : [],
      );
      expect(winners).toHaveLength(1);
      const [winner] = winners;
      expect(await ours.readRegister('head.json')).toMatchObject({ body: `${round}.${winner?.[0]}`, tag: winner?.[1] });
      expected = winner?.[1];
    }
  });

  test('keeps a register through a hundred swaps', async () => {
    const [ours, theirs] = await open();
    let tag: string | undefined;
    for (let n = 0; n < 100; n += 1)
      tag = await (n % 3 === 0 ? theirs : ours).swapRegister('lease.json', `beat ${n}`, tag);
    expect(await theirs.readRegister('lease.json')).toMatchObject({ body: 'beat 99', tag });
  });
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof StoreError ? error.outcome : String(error)),
  );
}
