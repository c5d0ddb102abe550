import { describe, expect, test } from 'vitest';
import { askSettled, createSettled, swapSettled } from '#state/conditional-write.ts';
import { MemoryStore } from '#state/memory-store.ts';
import type { StoreOutcome } from '#state/object-store.ts';
import { Bench } from './support/bench.ts';
import { type Fate, faultyStore } from './support/faulty-store.ts';
import type { Operation } from './support/wrapped-store.ts';

const OURS = '{"nonce":"ours"}';
const THEIRS = '{"nonce":"theirs"}';

/** A store where each operation of a kind meets the next fate of its list, then everything is fine. */
function fated(fates: Partial<Record<Operation['name'], readonly Fate[]>>) {
  const bench = new Bench();
  const left = new Map(Object.entries(fates).map(([name, list]) => [name, [...list]]));
  const inner = new MemoryStore();
  const objects = faultyStore(inner, ({ name }) => left.get(name)?.shift() ?? 'fine');
  const ports = { objects, clock: bench.clock, random: bench.random };
  return { bench, inner, ports, patience: { deadlineMs: () => 10_000 } };
}

const doubts: readonly Fate[] = ['lost-reply', 'own-412', 'lost', 'conflict', 'unavailable', 'precondition'];

describe('a conditional write', () => {
  test.each(doubts)('that met %s is settled as ours', async (fate) => {
    const { bench, inner, ports, patience } = fated({ swapRegister: [fate, fate], createObject: [fate, fate] });
    const swap = { key: 'head.json', body: OURS, expected: undefined };
    expect(await bench.run(swapSettled(ports, swap, patience))).toMatchObject({ written: true });
    expect(await bench.run(createSettled(ports, 'a.json', OURS, patience))).toEqual({ written: true });
    expect((await inner.readRegister('head.json'))?.body).toBe(OURS);
    expect(await inner.readObject('a.json')).toBe(OURS);
  });

  test.each(doubts)('that met %s after another had come first is lost', async (fate) => {
    const { bench, inner, ports, patience } = fated({ swapRegister: [fate], createObject: [fate] });
    const first = await inner.swapRegister('head.json', 'before', undefined);
    const tag = await inner.swapRegister('head.json', THEIRS, first);
    await inner.createObject('a.json', THEIRS);
    const swap = { key: 'head.json', body: OURS, expected: first };
    const found = { body: THEIRS, tag };
    expect(await bench.run(swapSettled(ports, swap, patience))).toEqual({ written: false, found });
    expect(await bench.run(createSettled(ports, 'a.json', OURS, patience))).toEqual({ written: false, found: THEIRS });
  });

  test('survives doubts about the reading back too', async () => {
    const { bench, ports, patience } = fated({
      swapRegister: ['lost-reply', 'precondition'],
      readRegister: ['unavailable', 'ambiguous'],
    });
    const swap = { key: 'head.json', body: OURS, expected: undefined };
    expect(await bench.run(swapSettled(ports, swap, patience))).toMatchObject({ written: true });
  });

  test('whose register vanished is lost, with nothing found', async () => {
    const { bench, ports, patience } = fated({});
    const swap = { key: 'head.json', body: OURS, expected: 'gone' };
    expect(await bench.run(swapSettled(ports, swap, patience))).toEqual({ written: false, found: undefined });
  });

  test('gives up at its deadline, which may move while it waits', async () => {
    const { bench, ports } = fated({ swapRegister: Array.from<Fate>({ length: 999 }).fill('unavailable') });
    const deadline = { ms: 5_000 };
    const swap = { key: 'head.json', body: OURS, expected: undefined };
    const writing = swapSettled(ports, swap, { deadlineMs: () => deadline.ms });
    await bench.clock.advance(4_000);
    deadline.ms = 9_000;
    const { detail } = await bench.problemOf(writing, 'state.unavailable');
    expect(detail).toBe('memory: gave up trying to write head.json: swapRegister head.json met unavailable');
    expect(bench.clock.monotonicMs()).toBe(9_000);
  });

  test('stops waiting when it is told to', async () => {
    const { bench, ports } = fated({ readObject: Array.from<Fate>({ length: 999 }).fill('unavailable') });
    const stop = new AbortController();
    const asking = askSettled(ports, () => ports.objects.readObject('a.json'), {
      deadlineMs: () => 60_000,
      signal: stop.signal,
    });
    asking.catch(() => undefined);
    await bench.clock.advance(1_000);
    stop.abort(new DOMException('Enough.', 'AbortError'));
    await expect(bench.run(asking)).rejects.toThrow('Enough.');
  });
});

describe('an answer that leaves no doubt', () => {
  test.each<[StoreOutcome, string]>([
    ['denied', 'state.denied'],
    ['full', 'state.store-full'],
    ['corrupt', 'state.corrupt'],
  ])('%s is the Problem %s at once', async (outcome, code) => {
    const { bench, ports, patience } = fated({
      swapRegister: [outcome],
      createObject: ['lost'],
      readObject: [outcome],
    });
    const swap = { key: 'head.json', body: OURS, expected: undefined };
    expect((await bench.problemOf(swapSettled(ports, swap, patience))).code).toBe(code);
    expect((await bench.problemOf(createSettled(ports, 'a.json', OURS, patience))).code).toBe(code);
    expect(bench.clock.monotonicMs()).toBe(0);
  });
});
