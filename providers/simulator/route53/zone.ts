import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';
import type { Bucket } from '../throttle.ts';

const Zone = z.strictObject({
  id: z.string(),
  /** `example.com.` */
  name: z.string(),
  callerReference: z.string(),
  comment: z.string(),
  createdAtMs: z.number(),
  nameServers: z.array(z.string()).length(4).readonly(),
  /** The networks that see it; undefined: everybody does. */
  networks: z
    .array(z.strictObject({ id: z.string(), region: z.string() }))
    .readonly()
    .optional(),
  tags: Tags,
});
export type Zone = Readonly<z.output<typeof Zone>>;

/** By id. Any number of them may have one name. */
export const ZONES = defineKind<Zone>({ name: 'hosted-zone', scope: 'account', schema: Zone });

const Reference = z.strictObject({ zoneId: z.string(), tags: Tags });

/** Every caller reference that was ever used, also for a zone that is gone. */
export const REFERENCES = defineKind<Readonly<z.output<typeof Reference>>>({
  name: 'caller-reference',
  scope: 'account',
  schema: Reference,
  isAlive: () => false,
});

/** All that is sent to the service draws on it: half of what is published since 2026, as it was before. */
export const REQUESTS: Bucket = { name: 'route53', capacity: 5, refillPerSecond: 5 };

export const ZoneId = z.string().transform((id) => id.replace(/^\/?hostedzone\//, ''));

export function zoneSeen(desk: Desk, id: string): Zone {
  return desk.view(ZONES).get(id) ?? missing(id);
}

export function zoneToChange(desk: Desk, id: string): Zone {
  zoneSeen(desk, id);
  return desk.truth(ZONES).get(id) ?? missing(id);
}

function missing(id: string): never {
  throw fault('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
}

export function priorRequestNotComplete(): AwsFault {
  const message = 'The request was rejected because Route 53 was still processing a prior request.';
  return fault('PriorRequestNotComplete', message);
}
