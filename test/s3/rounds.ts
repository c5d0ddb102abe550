import { expect } from 'vitest';
import { type ObjectStore, StoreError } from '#state/object-store.ts';
import { type Judge, newBucket, storeIn } from './judge.ts';

export const ROUNDS = 120;
const WRITERS = 16;

/** What became of many rounds in which all writers wrote at once. */
export interface Tally {
  /** Rounds by how many writers were told that they won. */
  readonly winners: Record<number, number>;
  /** Losers by what they were told. */
  readonly losers: Record<string, number>;
}

/** Round after round, all create one new object. */
export async function creationRounds(judge: Judge, rounds = ROUNDS): Promise<Tally> {
  const writers = await writersOf(judge);
  return tallied(judge, 'If-None-Match: *', async (tally) => {
    for (let round = 0; round < rounds; round += 1) {
      const key = `race/${round}.json`;
      await race(writers, tally, {
        write: (store, body) => store.createObject(key, body),
        read: async (store) => store.readObject(key),
        mark: `round ${round}`,
      });
    }
  });
}

/** Round after round, all replace what they have all just read. */
export async function replacementRounds(judge: Judge, rounds = ROUNDS): Promise<Tally> {
  const writers = await writersOf(judge);
  const [first] = writers;
  const key = 'head.json';
  await first?.swapRegister(key, 'the beginning', undefined);
  return tallied(judge, 'If-Match', async (tally) => {
    for (let round = 0; round < rounds; round += 1) {
      const before = await first?.readRegister(key);
      await race(writers, tally, {
        write: (store, body) => store.swapRegister(key, body, before?.tag),
        read: async (store) => (await store.readRegister(key))?.body,
        mark: `round ${round}`,
      });
    }
  });
}

interface Round {
  write(store: ObjectStore, body: string): Promise<unknown>;
  read(store: ObjectStore): Promise<string | undefined>;
  readonly mark: string;
}

async function race(writers: readonly ObjectStore[], tally: Tally, round: Round): Promise<void> {
  const bodyOf = (writer: number): string => `writer ${writer} in ${round.mark}`;
  const outcomes = await Promise.allSettled(writers.map((store, writer) => round.write(store, bodyOf(writer))));
  const won = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [bodyOf(writer)] : []));
  tally.winners[won.length] = (tally.winners[won.length] ?? 0) + 1;
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    const told = outcome.reason instanceof StoreError ? outcome.reason.outcome : String(outcome.reason);
    tally.losers[told] = (tally.losers[told] ?? 0) + 1;
  }
  const [reader] = writers;
  // Whoever was told that he won is found there, by whoever looks.
  if (won.length > 0 && reader !== undefined) expect(won).toContain(await round.read(reader));
}

/** Each with connections of its own, as processes have them. */
async function writersOf(judge: Judge): Promise<readonly ObjectStore[]> {
  const bucket = await newBucket(judge);
  return Array.from({ length: WRITERS }, () => storeIn(bucket, judge.clientConfig));
}

async function tallied(judge: Judge, condition: string, work: (tally: Tally) => Promise<void>): Promise<Tally> {
  const tally: Tally = { winners: {}, losers: {} };
  const startMs = performance.now();
  await work(tally);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const kept = judge.versions ? 'with versions' : 'without versions';
  const told = Object.entries(tally.losers).map(([outcome, count]) => `${count} ${outcome}`);
  const rounds = Object.entries(tally.winners).map(
    ([winners, count]) => `${count} rounds with ${winners} of ${WRITERS}`,
  );
  console.log(`${judge.title}, ${kept}, ${condition}: ${rounds.join(', ')}; losers: ${told.join(', ')}; ${seconds} s`);
  return tally;
}
