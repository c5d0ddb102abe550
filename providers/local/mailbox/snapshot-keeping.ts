export interface KeptSnapshot {
  readonly name: string;
  readonly atMs: number;
}

const NEWEST = 60;
const HOUR_MS = 3_600_000;
const HOURS = 24;

/** More than these there never are. */
export const SNAPSHOTS_MAX = NEWEST + HOURS;

/**
 * Which may go: all but the newest sixty and, of the day before the newest one, the last of every hour. What the clock
 * says now does not count, so that those of a cluster that was off for a week are all there.
 */
export function outdated(snapshots: readonly KeptSnapshot[]): readonly string[] {
  const newestFirst = snapshots.toSorted((left, right) => right.atMs - left.atMs || byRevision(right, left));
  const [newest] = newestFirst;
  if (newest === undefined) return [];
  const hours = new Set<number>();
  return newestFirst.flatMap(({ name, atMs }, index) => {
    const hour = Math.floor(newest.atMs / HOUR_MS) - Math.floor(atMs / HOUR_MS);
    const isLastOfHour = hour < HOURS && !hours.has(hour);
    hours.add(hour);
    return index < NEWEST || isLastOfHour ? [] : [name];
  });
}

/** Written in one moment, the one of more revisions is the newer. */
function byRevision({ name: left }: KeptSnapshot, { name: right }: KeptSnapshot): number {
  return left.length - right.length || left.localeCompare(right);
}
