import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KeptSnapshot, outdated, SNAPSHOTS_MAX } from '#providers/local/mailbox/snapshot-keeping.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1, 12, 30);

test('of three days of minutes the last hour is there, and one of every hour of the day before it', () => {
  let kept: readonly KeptSnapshot[] = [];
  for (let minute = 0; minute < 3 * 24 * 60; minute += 1) {
    kept = after([...kept, { name: `etcd-${minute + 1}`, atMs: START_MS + minute * MINUTE_MS }]);
    expect(kept.length).toBeLessThanOrEqual(SNAPSHOTS_MAX);
  }
  const newestMs = Math.max(...kept.map(({ atMs }) => atMs));
  const ages = kept.map(({ atMs }) => (newestMs - atMs) / MINUTE_MS).toSorted((left, right) => left - right);
  expect(ages.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, minute) => minute));
  const steps = ages.slice(60).map((age, index, all) => age - (all[index - 1] ?? 0));
  expect(steps.slice(1)).toEqual(Array.from({ length: steps.length - 1 }, () => 60));
  expect(Math.max(...ages)).toBeGreaterThanOrEqual(22 * 60);
});

test('a quiet cluster keeps what it has, however old', () => {
  const days = Array.from({ length: 60 }, (_, day) => ({ name: `etcd-${day + 1}`, atMs: day * 24 * 60 * MINUTE_MS }));
  expect(outdated(days)).toEqual([]);
});

test('the newest sixty always stay, there are never too many, and once is enough', () => {
  const snapshot = fc.record({
    name: fc.bigInt({ min: 1n, max: 10n ** 18n }).map((n) => `etcd-${n}`),
    atMs: fc.nat(2e8),
  });
  const all = fc.uniqueArray(snapshot, { selector: ({ name }) => name, maxLength: 400 });
  fc.assert(
    fc.property(all, (snapshots) => {
      const kept = after(snapshots);
      expect(kept.length).toBeLessThanOrEqual(SNAPSHOTS_MAX);
      const latest = snapshots.map(({ atMs }) => atMs).toSorted((left, right) => right - left);
      const keptLatest = kept.map(({ atMs }) => atMs).toSorted((left, right) => right - left);
      expect(keptLatest.slice(0, 60)).toEqual(latest.slice(0, 60));
      expect(outdated(kept)).toEqual([]);
    }),
  );
});

test('of those of one moment the ones of more revisions are the newer', () => {
  const snapshots = Array.from({ length: 62 }, (_, index) => ({ name: `etcd-${index + 9}`, atMs: START_MS }));
  expect(outdated(snapshots)).toEqual(['etcd-10', 'etcd-9']);
});

function after(snapshots: readonly KeptSnapshot[]): readonly KeptSnapshot[] {
  const gone = new Set(outdated(snapshots));
  return snapshots.filter(({ name }) => !gone.has(name));
}
