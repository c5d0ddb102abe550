import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type InstanceProfile, INSTANCE_PROFILES } from '../instance-profiles.ts';

/** By either of its names. */
export const AskedProfile = z.strictObject({ Name: z.string().optional(), Arn: z.string().optional() });

/** EC2 learns late of what IAM has done, and says of both cases that the parameter is wrong. */
export function usableProfile({ Name, Arn }: z.output<typeof AskedProfile>, desk: Desk): InstanceProfile {
  const name = Name ?? Arn?.split('/').at(-1) ?? '';
  const profile = desk.truth(INSTANCE_PROFILES).get(name);
  if (profile === undefined || desk.nowMs < profile.usableFromMs) {
    const words = `Value (${name}) for parameter iamInstanceProfile.name is invalid.`;
    throw fault('InvalidParameterValue', `${words} Invalid IAM Instance Profile name`);
  }
  if (profile.roleName === undefined) {
    throw fault('InvalidParameterValue', `IAM Instance Profile "${profile.arn}" has no associated IAM Roles`);
  }
  return profile;
}
