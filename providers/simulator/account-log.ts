import { z } from 'zod';

/** The account is this log, folded: entries numbered 1, 2, 3 … by whoever appends first. */
export interface AccountLog {
  /** Durable when it resolves. False: the number is taken, by another process or by an earlier attempt of ours. */
  append(seq: number, entry: LogEntry): boolean | Promise<boolean>;
  /** Entries after `seq`, in order, without a gap. */
  readAfter(seq: number): readonly LogEntry[] | Promise<readonly LogEntry[]>;
}

export const LOG_FORMAT = 1;

/** Number 1: fixes what all processes must agree on. */
const Opening = z.strictObject({
  type: z.literal('opened'),
  format: z.literal(LOG_FORMAT),
  /** Wall time from which virtual time runs. */
  epochMs: z.number(),
  /** Virtual milliseconds per millisecond, until another pace is set. */
  speed: z.number().positive(),
  seed: z.string(),
  accountId: z.string().regex(/^\d{12}$/),
});
export type Opening = Readonly<z.output<typeof Opening>>;

const Write = z.strictObject({
  kind: z.string(),
  /** Empty for what is global in an account. */
  region: z.string(),
  id: z.string(),
  /** Absent: removed. */
  value: z.unknown().optional(),
});
export type Write = Readonly<z.output<typeof Write>>;

/** All that one call changed, at one moment of virtual time. */
const Change = z.strictObject({
  type: z.literal('changed'),
  atMs: z.number(),
  /** `ec2.RunInstances`. */
  operation: z.string(),
  /** Where it was sent. */
  region: z.string(),
  /** What the call took out of the throttling buckets. */
  charges: z.array(z.strictObject({ bucket: z.string(), tokens: z.number() })).readonly(),
  writes: z.array(Write).readonly(),
});
export type Change = Readonly<z.output<typeof Change>>;

/** From a moment on the account's time runs at another speed. */
const Pacing = z.strictObject({
  type: z.literal('paced'),
  /** Virtual. */
  atMs: z.number(),
  /** When that was by the clock. */
  wallMs: z.number(),
  speed: z.number().positive(),
});
export type Pacing = Readonly<z.output<typeof Pacing>>;

/** What a stored entry must parse as. */
export const LogEntry = z.discriminatedUnion('type', [Opening, Change, Pacing]);
export type LogEntry = Opening | Change | Pacing;
