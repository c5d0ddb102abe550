import { expect, test } from 'vitest';
import { deriveInstanceId, parseAddress, parseClusterUid } from '#engine/address.ts';
import type { JournalEntry } from '#engine/journal.ts';
import { LotDesk } from '#engine/lots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type CreateEntry = Extract<JournalEntry, { readonly type: 'create' }>;

function createOf(name: string): CreateEntry {
  const address = parseAddress(name);
  const instanceId = deriveInstanceId(parseClusterUid('clusterclustercluster'), address, 1);
  const declared = { inputs: {}, dependsOn: [], within: undefined, retain: false };
  return { type: 'create', address, kind: 'machine', instanceId, incarnation: 1, ...declared, variant: '', attempt: 1 };
}

class Desk {
  readonly clock = new VirtualClock();
  readonly writes: (readonly JournalEntry[])[] = [];
  readonly lots: LotDesk;
  broken: Error | undefined;

  constructor() {
    const append = async (...entries: readonly JournalEntry[]): Promise<void> => {
      if (this.broken !== undefined) throw this.broken;
      this.writes.push(entries);
    };
    this.lots = new LotDesk({ append }, this.clock);
  }

  /** The addresses of each write with the size of the lot they name. */
  get seen(): readonly string[] {
    return this.writes.map((entries) =>
      entries
        .map((entry) => (entry.type === 'create' ? `${entry.address}/${entry.lot?.length}` : entry.type))
        .join(' '),
    );
  }
}

test('creates of one key that come in the same moment are one lot, and their intents one write', async () => {
  const desk = new Desk();
  const opened = ['worker-1', 'worker-2', 'worker-3'].map((name) => desk.lots.open('workers', createOf(name)));
  await desk.clock.advance(1);
  await Promise.all(opened);
  expect(desk.seen).toEqual(['worker-1/3 worker-2/3 worker-3/3']);
});

test('every member of a lot names the same members in the same order', async () => {
  const desk = new Desk();
  const opened = ['worker-1', 'worker-2'].map((name) => desk.lots.open('workers', createOf(name)));
  await desk.clock.advance(1);
  await Promise.all(opened);
  const expected = ['worker-1', 'worker-2'].map((name) => createOf(name).instanceId);
  expect(desk.writes[0]?.map((entry) => 'lot' in entry && entry.lot)).toEqual([expected, expected]);
});

test('another key, or a later moment, is another lot', async () => {
  const desk = new Desk();
  const first = desk.lots.open('workers', createOf('worker-1'));
  const other = desk.lots.open('storage', createOf('storage-1'));
  await desk.clock.advance(1);
  const later = desk.lots.open('workers', createOf('worker-2'));
  await desk.clock.advance(1);
  await Promise.all([first, other, later]);
  expect(desk.seen).toEqual(['worker-1/1', 'storage-1/1', 'worker-2/1']);
});

test('a lot has at most twenty members', async () => {
  const desk = new Desk();
  const opened = Array.from({ length: 45 }, (_, index) => desk.lots.open('workers', createOf(`worker-${index + 1}`)));
  await desk.clock.advance(1);
  await Promise.all(opened);
  expect(desk.writes.map(({ length }) => length)).toEqual([20, 20, 5]);
});

test('when the intents cannot be written, no member may go on', async () => {
  const desk = new Desk();
  desk.broken = new RangeError('the lease is lost');
  const opened = ['worker-1', 'worker-2'].map((name) => desk.lots.open('workers', createOf(name)));
  const settled = Promise.allSettled(opened);
  await desk.clock.advance(1);
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
