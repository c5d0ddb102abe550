import { z } from 'zod';
import { assert } from '#std/assert.ts';
import { checkStored, type Migrations, parseStored, STATE_FORMAT } from './format.ts';
import { DEMAND_KEY } from './object-keys.ts';

const HOUR_MS = 3_600_000;
/** A replayed event is recognised at least this long. */
const REMEMBERED_MS = 48 * HOUR_MS;
const DECISIONS_MAX = 10_000;
/** Clocks of two servers differ by less; a deadline further away was set by a clock that has since been put right. */
const CLOCK_SKEW_MAX_MS = HOUR_MS / 6;

const Count = z.number().int().nonnegative();

const Decision = z.strictObject({
  eventId: z.string(),
  policy: z.string(),
  pool: z.string(),
  before: Count,
  after: Count,
  result: z.enum(['accepted', 'noop']),
  /** Why nothing changed, or what asked for the change. */
  reason: z.string(),
  atMs: z.number(),
});
export type Decision = Readonly<z.output<typeof Decision>>;

const Pool = z.strictObject({ desired: Count, fileValue: Count });

const DemandDocument = z.strictObject({
  format: z.literal(STATE_FORMAT),
  nonce: z.string(),
  pools: z.record(z.string(), Pool.readonly()).readonly(),
  /** Oldest first. */
  decisions: z.array(Decision).readonly(),
  /** Wall time until which each key rests. */
  cooldowns: z.record(z.string(), z.number()).readonly(),
});

/** How many of each pool are wanted, and every decision that led there. */
export type Demand = Readonly<Omit<z.output<typeof DemandDocument>, 'format' | 'nonce'>>;

export const NO_DEMAND: Demand = { pools: {}, decisions: [], cooldowns: {} };

export type DemandIntent =
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'set'; readonly desired: number }
  /** Recorded and answered, without effect: "the alarm is resolved". */
  | { readonly kind: 'none'; readonly reason: string };

export interface DemandPolicy {
  readonly id: string;
  readonly pool: string;
  readonly min: number;
  readonly max: number;
  readonly cooldownMs: number;
  /** Policies with one key rest together. */
  readonly cooldownKey: string;
}

export interface DemandRequest {
  /** Equal for every delivery of one event. */
  readonly eventId: string;
  readonly policy: DemandPolicy;
  readonly intent: DemandIntent;
  /** What the cluster file says, for a pool that was never scaled. */
  readonly fileValue: number;
}

export interface Decided {
  readonly demand: Demand;
  readonly decision: Decision;
}

/**
 * | case                                   | answer                                | desired count     |
 * |----------------------------------------|---------------------------------------|-------------------|
 * | event id known                         | the original decision                 | stays             |
 * | no effect wanted                       | noop, the caller's reason             | stays             |
 * | a step while the cooldown lasts        | noop, cooldown                        | stays             |
 * | a step that the bounds leave nothing of | noop, bounds                         | stays             |
 * | already there                          | noop, unchanged                       | stays             |
 * | otherwise                              | accepted                              | clamped to bounds |
 *
 * A step never moves the count the other way, also when the bounds have been narrowed past it.
 */
export function decideDemand(demand: Demand, request: DemandRequest, nowMs: number): Decided {
  const { eventId, policy, intent, fileValue } = request;
  assert(policy.min <= policy.max, `The bounds of ${policy.id} leave room.`);
  const known = demand.decisions.findLast((decision) => decision.eventId === eventId);
  if (known !== undefined) return { demand, decision: known };
  const pool = demand.pools[policy.pool] ?? { desired: fileValue, fileValue };
  const before = pool.desired;
  const { after, reason } = judge(before, policy, intent, restsFor(demand, policy, nowMs));
  const result = after === before ? 'noop' : 'accepted';
  const decision: Decision = {
    eventId,
    policy: policy.id,
    pool: policy.pool,
    before,
    after,
    result,
    reason,
    atMs: nowMs,
  };
  const decided = record(demand, decision);
  if (result === 'noop') return { demand: decided, decision };
  const pools = { ...demand.pools, [policy.pool]: { ...pool, desired: after } };
  const cooldowns = { ...demand.cooldowns, [policy.cooldownKey]: nowMs + policy.cooldownMs };
  return { demand: { ...decided, pools, cooldowns }, decision };
}

/** After a scale the demand wins, until the file's own value changes. The same demand when it does not. */
export function reconcileDemand(demand: Demand, { pool, fileValue, eventId }: FileReading, nowMs: number): Demand {
  const known = demand.pools[pool];
  if (known?.fileValue === fileValue) return demand;
  const before = known?.desired ?? fileValue;
  const reason = known === undefined ? 'first read' : `the file changed from ${known.fileValue}`;
  const result = before === fileValue ? 'noop' : 'accepted';
  const decision: Decision = { eventId, policy: 'file', pool, before, after: fileValue, result, reason, atMs: nowMs };
  return { ...record(demand, decision), pools: { ...demand.pools, [pool]: { desired: fileValue, fileValue } } };
}

export interface FileReading {
  readonly pool: string;
  readonly fileValue: number;
  readonly eventId: string;
}

/** Adds a decision and forgets the old; when there are too many, those without effect go first. */
export function record(demand: Demand, decision: Decision): Demand {
  const remembered = demand.decisions.filter(({ atMs }) => atMs > decision.atMs - REMEMBERED_MS);
  const decisions = [...remembered, decision];
  if (decisions.length <= DECISIONS_MAX) return { ...demand, decisions };
  const spare = Math.max(
    0,
    decisions.findIndex(({ result }) => result === 'noop'),
  );
  return { ...demand, decisions: decisions.toSpliced(spare, 1) };
}

export function parseDemand(body: string, migrations: Migrations): Demand {
  const stored = parseStored({ key: DEMAND_KEY, kind: 'demand', body }, migrations);
  const { pools, decisions, cooldowns } = checkStored(DEMAND_KEY, DemandDocument, stored);
  return { pools, decisions, cooldowns };
}

export function formatDemand(demand: Demand, nonce: string): string {
  return JSON.stringify({ format: STATE_FORMAT, nonce, ...demand });
}

interface Judgement {
  readonly after: number;
  readonly reason: string;
}

function judge(before: number, { min, max }: DemandPolicy, intent: DemandIntent, restsMs: number): Judgement {
  switch (intent.kind) {
    case 'none':
      return { after: before, reason: intent.reason };
    case 'set': {
      const after = clamp(intent.desired, min, max);
      return { after, reason: after === before ? 'unchanged' : 'asked for' };
    }
    case 'step': {
      if (restsMs > 0) return { after: before, reason: `cooldown for another ${Math.ceil(restsMs / 1_000)} s` };
      const after = clamp(before + intent.step, min, max);
      const onward = Math.sign(after - before) === Math.sign(intent.step);
      return onward && after !== before
        ? { after, reason: 'asked for' }
        : { after: before, reason: `bounds ${min}–${max}` };
    }
  }
}

function restsFor({ cooldowns }: Demand, { cooldownKey, cooldownMs }: DemandPolicy, nowMs: number): number {
  const leftMs = (cooldowns[cooldownKey] ?? nowMs) - nowMs;
  return leftMs > cooldownMs + CLOCK_SKEW_MAX_MS ? 0 : leftMs;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
