import { z } from 'zod';
import { COMMANDS } from './cloud-blueprint.ts';
import { CloudKind, HoldMoment } from './cloud-protocol.ts';

/**
 * Where a worker stops, counted in journal writes:
 *
 * | moment       | what has happened                                                      |
 * |--------------|------------------------------------------------------------------------|
 * | before-write | the object's text is on the disk, its name is not                      |
 * | after-write  | the object has its name, nobody has been told                          |
 * | in-call      | the next request with an effect is with the server, which keeps silent |
 */
export const Interruption = z.discriminatedUnion('moment', [
  z.strictObject({
    moment: z.enum(['before-write', 'after-write']),
    write: z.number().int().positive(),
    signal: z.enum(['SIGKILL', 'SIGSTOP']),
  }),
  z.strictObject({
    moment: z.literal('in-call'),
    write: z.number().int().nonnegative(),
    hold: HoldMoment,
    /** Only a request to create one of this kind. @default any request with an effect */
    creating: CloudKind.optional(),
  }),
]);
export type Interruption = z.output<typeof Interruption>;

const Policy = z.strictObject({
  ttlMs: z.number(),
  callTimeoutMs: z.number(),
  marginMs: z.number(),
  patienceMs: z.number(),
});

export const WorkerOrders = z.strictObject({
  /** Of the state and its key. */
  directory: z.string(),
  cloudUrl: z.string(),
  command: z.enum(COMMANDS),
  wait: z.boolean(),
  policy: Policy,
  /** One request, from sending to its answer. */
  callMs: z.number(),
  /** Changes under way at once. */
  concurrency: z.number().optional(),
  interruption: Interruption.optional(),
});
export type WorkerOrders = z.output<typeof WorkerOrders>;

const ReportedProblem = z.object({ code: z.string(), detail: z.string() });

/** A line that a worker prints. */
export const WorkerLine = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('event'), event: z.looseObject({ type: z.string() }) }),
  z.strictObject({
    type: z.literal('end'),
    ok: z.boolean(),
    problems: z.array(ReportedProblem),
    journalWrites: z.number(),
  }),
]);
export type WorkerLine = z.output<typeof WorkerLine>;
