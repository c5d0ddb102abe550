import { z } from 'zod';
import type { Desk } from '../desk.ts';
import { Fate } from '../machine-fate.ts';
import { defineKind, Tags } from '../objects.ts';
import { mustSee, notFound } from './listing.ts';

/** Its tie to an instance profile, which is an object to EC2 although it lives and dies with the instance. */
const ProfileAssociation = z.strictObject({
  /** `iip-assoc-…`. */
  associationId: z.string(),
  /** Of the profile: `AIPA…`. */
  id: z.string(),
  arn: z.string(),
  sinceMs: z.number(),
});
export type ProfileAssociation = Readonly<z.output<typeof ProfileAssociation>>;

/** What is settled at launch and when somebody asks for its end; everything else follows with time. */
const Instance = z.strictObject({
  id: z.string(),
  arn: z.string(),
  reservationId: z.string(),
  clientToken: z.string(),
  launchIndex: z.number(),
  imageId: z.string(),
  instanceType: z.string(),
  architecture: z.enum(['x86_64', 'arm64']),
  zone: z.string(),
  vpcId: z.string(),
  subnetId: z.string(),
  groupIds: z.array(z.string()).readonly(),
  keyName: z.string().optional(),
  profile: ProfileAssociation.optional(),
  privateIp: z.string(),
  publicIp: z.string().optional(),
  /** Shown instead of its own while it has one. */
  elasticIp: z.string().optional(),
  sourceDestCheck: z.boolean(),
  metadata: z.strictObject({ tokens: z.string(), hopLimit: z.number(), endpoint: z.string(), tags: z.string() }),
  volumes: z.array(z.strictObject({ device: z.string(), id: z.string(), diesWithIt: z.boolean() })).readonly(),
  rootDevice: z.string(),
  /** Its request, if it is a spot instance: `sir-…`. */
  spotRequestId: z.string().optional(),
  box: z.string(),
  stub: z.strictObject({ cluster: z.string(), bucket: z.string() }).optional(),
  lifeSeed: z.number(),
  fate: Fate,
  launchedAtMs: z.number(),
  runningAtMs: z.number().optional(),
  helloAtMs: z.number().optional(),
  terminatedAtMs: z.number().optional(),
  pauses: z
    .array(
      z.strictObject({
        fromMs: z.number(),
        stoppedAtMs: z.number(),
        startedAtMs: z.number().optional(),
        runningAtMs: z.number().optional(),
      }),
    )
    .readonly()
    .optional(),
  endsAtMs: z.number().optional(),
  tags: Tags,
});
export type Instance = Readonly<z.output<typeof Instance>>;

export const INSTANCES = defineKind<Instance>({
  name: 'instance',
  scope: 'region',
  schema: Instance,
  isAlive: isThere,
});

export const missingInstance = notFound('InvalidInstanceID.NotFound', 'instance ID');

const SHOWN_AFTER_END_MS = 3_600_000;

/** Whether it holds what it uses: addresses, groups, a subnet, vCPUs. */
export function isThere({ endsAtMs = Infinity }: Instance, nowMs: number): boolean {
  return nowMs < endsAtMs;
}

/** A terminated instance is still described for about an hour. */
export function isShown({ endsAtMs = Infinity }: Instance, nowMs: number): boolean {
  return nowMs < endsAtMs + SHOWN_AFTER_END_MS;
}

export function findInstance(desk: Desk, id: string): Instance {
  const instance = mustSee(desk, INSTANCES, { id, missing: missingInstance });
  if (!isShown(instance, desk.nowMs)) throw missingInstance(id);
  return instance;
}
