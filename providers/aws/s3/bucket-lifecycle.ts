import type { LifecycleRule } from '@aws-sdk/client-s3';
import { sameJson } from '#std/canonical-json.ts';
import { SNAPSHOTS } from './places.ts';

/**
 * What ends by itself in the cluster's bucket: snapshots of etcd, since one is brought in every minute and nobody takes
 * any out. The prefix leaves state, letters and assets alone.
 *
 * | ends after a day, the least that S3 offers | because                                                        |
 * |--------------------------------------------|----------------------------------------------------------------|
 * | a snapshot                                 | the bucket keeps versions: S3 only puts a marker on top of it  |
 * | what lies under a marker                   | that is what takes room; the marker goes by itself after it    |
 * | an upload that nobody finished             | its parts take room and are in no listing                      |
 */
export const LIFECYCLE_RULES: readonly LifecycleRule[] = [
  {
    ID: 'snapshots-end',
    Status: 'Enabled',
    Filter: { Prefix: SNAPSHOTS },
    Expiration: { Days: 1 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  },
];

/** Nothing less, and nothing more: a rule of somebody else could end the state. */
export function areOurs(rules: readonly LifecycleRule[] = []): boolean {
  return sameJson(rules, LIFECYCLE_RULES);
}
