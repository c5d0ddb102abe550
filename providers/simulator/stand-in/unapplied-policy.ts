import { type GetBucketPolicyCommandOutput, PutBucketPolicyCommand } from '@aws-sdk/client-s3';

const EVERYBODY = '"Principal":"*"';
const NOBODY = '"Principal":"everybody-where-conditions-count"';

/**
 * An emulator applies what a bucket's policy denies without looking at its conditions, and so would deny everything.
 * Statements about somebody it does not know it keeps and does not apply: so the policy is set and read back like any
 * other, and denies nothing.
 */
export function unapplied({ input }: PutBucketPolicyCommand): PutBucketPolicyCommand {
  return new PutBucketPolicyCommand({ ...input, Policy: input.Policy?.replaceAll(EVERYBODY, NOBODY) });
}

/** The policy as it was set before. */
export function asSet(answer: GetBucketPolicyCommandOutput): GetBucketPolicyCommandOutput {
  return { ...answer, Policy: answer.Policy?.replaceAll(NOBODY, EVERYBODY) };
}
