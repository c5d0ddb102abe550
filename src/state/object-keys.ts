import { assert } from '#std/assert.ts';

export const HEAD_KEY = 'head.json';
export const LEASE_KEY = 'lease.json';
export const DEMAND_KEY = 'demand.json';
/** The cluster file in force. */
export const CLUSTER_FILE_KEY = 'cluster-file.json';
export const JOURNAL_PREFIX = 'journal/';
/** Logs of runs that are over. */
export const RUNS_PREFIX = 'runs/';
export const SNAPSHOT_PREFIX = 'snapshot/';
/** Written to see whether a store keeps its word, and removed again. */
export const PROBE_PREFIX = 'probe/';

const REGISTERS: ReadonlySet<string> = new Set([HEAD_KEY, LEASE_KEY, DEMAND_KEY, CLUSTER_FILE_KEY]);
const DIGITS = 12;
const SHA_PREFIX_LENGTH = 16;
const KEY = /^(?:[a-z0-9][a-z0-9-]*\/)*[a-z0-9][a-z0-9-]*(?:\.[a-z0-9]+)+$/;
const SNAPSHOT = /^snapshot\/(\d{12})-([0-9a-f]{16})\.json$/;

/** Words joined by `/`, the last with an extension: safe as a path in every store. */
export function isObjectKey(text: string): boolean {
  return KEY.test(text);
}

/** Whether it changes by compare-and-swap; all other keys name objects that never change. */
export function isRegisterKey(key: string): boolean {
  return REGISTERS.has(key);
}

export function journalKey(seq: number): string {
  return `${JOURNAL_PREFIX}${numbered(seq)}.json`;
}

export function snapshotKey(seq: number, sha256: string): string {
  return `${SNAPSHOT_PREFIX}${numbered(seq)}-${sha256.slice(0, SHA_PREFIX_LENGTH)}.json`;
}

export function blueprintKey(hash: string): string {
  return `blueprint/${hash}.json`;
}

export interface SnapshotName {
  readonly key: string;
  readonly seq: number;
  readonly shaPrefix: string;
}

export function parseSnapshotKey(key: string): SnapshotName | undefined {
  const [, digits, shaPrefix] = SNAPSHOT.exec(key) ?? [];
  return digits === undefined || shaPrefix === undefined ? undefined : { key, seq: Number(digits), shaPrefix };
}

function numbered(seq: number): string {
  assert(Number.isSafeInteger(seq) && seq > 0 && seq < 10 ** DIGITS, 'A sequence number has at most twelve digits.');
  return String(seq).padStart(DIGITS, '0');
}
