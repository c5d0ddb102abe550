import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import type { Machine } from '../machine-life.ts';
import { milestonesOf } from '../machine-life.ts';
import { stubIn } from '../ec2/launch-plan.ts';

/** Of what DescribeInstances answers, what a machine's life follows from. */
export const SeenInstance = z.object({
  InstanceId: z.string(),
  ClientToken: z.string(),
  AmiLaunchIndex: z.number(),
  LaunchTime: z.date(),
});
export type SeenInstance = Readonly<z.output<typeof SeenInstance>>;

/** A machine that an emulator lists and never boots. */
export interface StandingMachine {
  readonly life: Machine;
  readonly bucket: string;
  readonly launchedAtMs: number;
}

/** Undefined: what it would find in its user-data is no stub of ours, so it would say nothing. */
export function standingMachine(seen: SeenInstance, userData: string | undefined): StandingMachine | undefined {
  const stub = stubIn(userData);
  if (stub === undefined) return undefined;
  const lifeSeed = Number.parseInt(sha256Hex(seen.InstanceId).slice(0, SEED_DIGITS), 16);
  const box = `${seen.ClientToken}-${seen.AmiLaunchIndex}`;
  const settled = { stub, box, lifeSeed, fate: { is: 'ordinary' } } as const;
  const life = { ...settled, ...milestonesOf(settled, 0) };
  return { life, bucket: stub.bucket, launchedAtMs: seen.LaunchTime.getTime() };
}

const SEED_DIGITS = 8;
