import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { defineOperation } from '../operation.ts';
import { bucketSeen, changeBucket, LifecycleRule } from './bucket.ts';
import { BucketInput } from './inputs.ts';

const getBucketLifecycle = defineOperation({
  name: 'GetBucketLifecycleConfiguration',
  input: BucketInput,
  run({ Bucket: name }, desk) {
    const { lifecycle } = bucketSeen(desk, name);
    if (lifecycle !== undefined) return { Rules: lifecycle };
    throw fault('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', 404);
  },
});

const putBucketLifecycle = defineOperation({
  name: 'PutBucketLifecycleConfiguration',
  input: BucketInput.extend({
    LifecycleConfiguration: z.strictObject({ Rules: z.array(LifecycleRule).min(1) }),
  }),
  run({ Bucket: name, LifecycleConfiguration: { Rules } }, desk) {
    for (const rule of Rules) checkDays(rule);
    return changeBucket(desk, name, { lifecycle: Rules });
  },
});

function checkDays({ Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload }: LifecycleRule): void {
  const days = {
    "'Days' for Expiration action": Expiration?.Days,
    "'NoncurrentDays' for NoncurrentVersionExpiration action": NoncurrentVersionExpiration?.NoncurrentDays,
    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action":
      AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  };
  for (const [name, count] of Object.entries(days)) {
    if (count !== undefined && count < 1) throw fault('InvalidArgument', `${name} must be a positive integer`);
  }
}

export const BUCKET_LIFECYCLE = [getBucketLifecycle, putBucketLifecycle] as const;
