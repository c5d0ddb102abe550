import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import type { Machine } from '../machine-life.ts';
import { milestonesOf } from '../machine-life.ts';
import { stubIn } from '../ec2/launch-plan.ts';

/** Of what DescribeInstances answers, what a machine's life follows from. */
export const SeenInstance = z.object({
  InstanceId: z.string(),
  LaunchTime: z.date(),
  Placement: z.object({ AvailabilityZone: z.string() }),
  /** Without a role it has no credentials, and cannot say anything. */
  IamInstanceProfile: z.object({ Arn: z.string() }),
});
export type SeenInstance = Readonly<z.output<typeof SeenInstance>>;

/** A machine that an emulator lists and never boots. */
export interface StandingMachine {
  readonly life: Machine;
  readonly arn: string;
  readonly bucket: string;
  readonly launchedAtMs: number;
}

/** Undefined: what it would find in its user-data is no stub of ours, so it would say nothing. */
export function standingMachine(seen: SeenInstance, userData: string | undefined): StandingMachine | undefined {
  const stub = stubIn(userData);
  if (stub === undefined) return undefined;
  const lifeSeed = Number.parseInt(sha256Hex(seen.InstanceId).slice(0, SEED_DIGITS), 16);
  const settled = { stub, box: seen.InstanceId, lifeSeed, fate: { is: 'ordinary' } } as const;
  const life = { ...settled, ...milestonesOf(settled, { launchedAtMs: 0, roleSinceMs: 0 }) };
  return { life, arn: arnOf(seen), bucket: stub.bucket, launchedAtMs: seen.LaunchTime.getTime() };
}

const SEED_DIGITS = 8;

/** Its account is that of its profile, and its region is in the name of its zone. */
function arnOf({ InstanceId, Placement, IamInstanceProfile }: SeenInstance): string {
  const account = IamInstanceProfile.Arn.split(':')[4] ?? '';
  const region = Placement.AvailabilityZone.replace(/[a-z]$/, '');
  return `arn:aws:ec2:${region}:${account}:instance/${InstanceId}`;
}
