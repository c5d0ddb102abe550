import { z } from 'zod';
import { isAddress, isInstanceId } from './address.ts';
import type { Declaration } from './declaration.ts';
import type { Snapshot } from './record.ts';

const address = z.string().refine(isAddress);
const instanceId = z.string().refine(isInstanceId);

const declared = {
  inputs: z.unknown(),
  dependsOn: z.array(address).readonly(),
  within: address.optional(),
  retain: z.boolean(),
};

const identity = {
  instanceId,
  address,
  kind: z.string(),
  incarnation: z.number().int().positive(),
};

/** Intents say what is about to be sent, outcomes what came of it; nothing is sent before its intent is durable. */
export const JournalEntry = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run'), purpose: z.enum(['apply', 'rollback', 'delete']), blueprint: z.string() }),
  z.strictObject({ type: z.literal('run-end'), ok: z.boolean(), blueprint: z.string() }),

  z.strictObject({
    type: z.literal('create'),
    ...identity,
    ...declared,
    variant: z.string(),
    attempt: z.number().int().positive(),
    /** Everything that the same request makes. @default this instance alone */
    lot: z.array(instanceId).readonly().optional(),
  }),
  z.strictObject({ type: z.literal('created'), instanceId, outputs: z.unknown() }),
  z.strictObject({ type: z.literal('adopt'), ...identity, ...declared, outputs: z.unknown() }),
  z.strictObject({ type: z.literal('update'), instanceId, ...declared }),
  z.strictObject({ type: z.literal('ready'), instanceId, outputs: z.unknown(), atMs: z.number() }),
  z.strictObject({
    type: z.literal('failed'),
    instanceId,
    problem: z.strictObject({ code: z.string(), detail: z.string() }),
  }),

  z.strictObject({ type: z.literal('destroy'), instanceId }),
  z.strictObject({
    type: z.literal('gone'),
    instanceId,
    because: z.enum(['destroyed', 'absent', 'never-created', 'abandoned', 'retained']),
  }),
  /** An object with our tag that no record knows: the intent to destroy it. */
  z.strictObject({ type: z.literal('stray'), kind: z.string(), instanceId, id: z.string() }),
  z.strictObject({ type: z.literal('tombstone') }),
]);
export type JournalEntry = z.output<typeof JournalEntry>;

/** What the engine needs of the state while it holds the lease. */
export interface Journal {
  /** Follows every durable entry. */
  readonly snapshot: Snapshot;
  /** Resolves when the entries are durable under this lease; entries of one tick share one write. */
  append(...entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves when a request of `callMs` may be sent now; rejects when the lease is lost. */
  guard(callMs: number): Promise<void>;
  /** Keeps what was applied, so that a later update can be rolled back to it. */
  keepBlueprint(hash: string, declarations: readonly Declaration[]): Promise<void>;
  readBlueprint(hash: string): Promise<readonly Declaration[]>;
  /** Aborts with a Problem the moment the lease is known to be lost. */
  readonly lost: AbortSignal;
}
