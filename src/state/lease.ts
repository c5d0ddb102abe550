import { z } from 'zod';
import type { Stored } from './object-store.ts';
import { checkStored, type Migrations, parseStored, STATE_FORMAT } from './format.ts';
import { LEASE_KEY } from './object-keys.ts';

/** Durations of one lease; whoever waits for it uses those of its holder. */
export interface LeasePolicy {
  readonly ttlMs: number;
  /** The longest any single request may take. */
  readonly callTimeoutMs: number;
  readonly marginMs: number;
  /** How long an unreachable store is tried before giving up, when no lease is at stake. */
  readonly patienceMs: number;
}

export const DEFAULT_LEASE_POLICY: LeasePolicy = {
  ttlMs: 20_000,
  callTimeoutMs: 8_000,
  marginMs: 2_000,
  patienceMs: 60_000,
};

/** The process that holds the lease. */
export const Holder = z.strictObject({
  host: z.string(),
  pid: z.number().int().nonnegative(),
  /** Same text: same running kernel and same view of its processes. */
  bootId: z.string(),
  /** Tells a process from a later one with its number. */
  processStart: z.string(),
  /** The person or service, for messages. */
  who: z.string(),
});
export type Holder = Readonly<z.output<typeof Holder>>;

/** Proof of death by other means than waiting. */
export interface HolderLiveness {
  /** False whenever there is any doubt. */
  isCertainlyDead(holder: Holder): Promise<boolean>;
}

const LeaseDocument = z.strictObject({
  format: z.literal(STATE_FORMAT),
  generation: z.number().int().positive(),
  holder: Holder,
  /** `<tenure>.<number of the write>`: new in every write, its first part the same for one tenure. */
  nonce: z.string(),
  beat: z.number().int().nonnegative(),
  ttlMs: z.number().positive(),
  released: z.boolean(),
  /** The last journal object that the holder has made durable: a journal that ends before it has lost something. */
  serial: z.number().int().nonnegative(),
  /** Wall time, for people only. */
  sinceMs: z.number(),
});
export type LeaseDocument = Readonly<z.output<typeof LeaseDocument>>;

export interface StoredLease {
  readonly tag: string;
  readonly document: LeaseDocument;
}

export function parseLease({ body, tag }: Stored, migrations: Migrations): StoredLease {
  const document = parseStored({ key: LEASE_KEY, kind: 'lease', body }, migrations);
  return { tag, document: checkStored(LEASE_KEY, LeaseDocument, document) };
}

export function describeHolder({ who, host, pid }: Holder): string {
  return `${who} on ${host} (process ${pid})`;
}

/** Unchanged for so long, a lease belongs to nobody: its last request, if it sent one, has ended too. */
export function takeoverMs({ ttlMs }: Pick<LeaseDocument, 'ttlMs'>, { callTimeoutMs, marginMs }: LeasePolicy): number {
  return ttlMs + callTimeoutMs + marginMs;
}
