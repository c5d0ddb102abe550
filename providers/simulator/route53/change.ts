import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';
import { defineOperation } from '../operation.ts';
import { priorRequestNotComplete, REQUESTS } from './zone.ts';

const Change = z.strictObject({
  id: z.string(),
  submittedAtMs: z.number(),
  inSyncAtMs: z.number(),
  comment: z.string().optional(),
  tags: Tags,
});
type Change = Readonly<z.output<typeof Change>>;

/** By id: that a zone's servers are told of something. */
export const CHANGES = defineKind<Change>({
  name: 'dns-change',
  scope: 'account',
  schema: Change,
  isAlive: () => false,
});

const Activity = z.strictObject({ untilMs: z.number(), tags: Tags });

/** By zone: until when it works on its last change and takes no other. */
export const ACTIVITIES = defineKind<Readonly<z.output<typeof Activity>>>({
  name: 'zone-activity',
  scope: 'account',
  schema: Activity,
  isAlive: () => false,
});

/** A zone is busy at most so long; what is seen at once is also done at once. */
const BUSY_MS_MAX = 1_000;

export function checkIdle(desk: Desk, zoneId: string): void {
  const untilMs = desk.truth(ACTIVITIES).get(zoneId)?.untilMs ?? -Infinity;
  if (desk.nowMs < untilMs || desk.chance.happens(desk.weather.priorRequest)) throw priorRequestNotComplete();
}

/** Notes a change of a zone, and answers as for one. */
export function submitChange(desk: Desk, zoneId: string, comment?: string): object {
  const { chance, nowMs, weather } = desk;
  const change: Change = {
    id: `C${chance.hex(20).toUpperCase()}`,
    submittedAtMs: nowMs,
    inSyncAtMs: nowMs + chance.between(0.5, 1) * weather.dnsInsyncMs,
    ...(comment === undefined ? {} : { comment }),
    tags: {},
  };
  desk.put(CHANGES, change.id, change);
  const untilMs = nowMs + chance.between(0.3, 1) * Math.min(BUSY_MS_MAX, weather.lagMs);
  desk.put(ACTIVITIES, zoneId, { untilMs, tags: {} });
  return { ...infoOf(change, desk), Status: 'PENDING' };
}

function infoOf({ id, submittedAtMs, inSyncAtMs, comment }: Change, { nowMs }: Desk): object {
  return {
    Id: `/change/${id}`,
    Status: nowMs < inSyncAtMs ? 'PENDING' : 'INSYNC',
    SubmittedAt: new Date(submittedAtMs),
    ...(comment === undefined ? {} : { Comment: comment }),
  };
}

export const GET_CHANGE = defineOperation({
  name: 'GetChange',
  input: z.strictObject({ Id: z.string().transform((id) => id.replace(/^\/?change\//, '')) }),
  buckets: [REQUESTS],
  run({ Id: id }, desk) {
    const change = desk.truth(CHANGES).get(id);
    if (change === undefined) throw fault('NoSuchChange', `Could not find resource with ID: ${id}`, 404);
    return { ChangeInfo: infoOf(change, desk) };
  },
});
