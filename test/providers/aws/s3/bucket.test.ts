import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { kmsKey } from '#providers/aws/kms/key.ts';
import { bucketNameOf, s3Bucket } from '#providers/aws/s3/bucket.ts';
import { bucketPolicy } from '#providers/aws/s3/bucket-policy.ts';
import { bucketKey } from '#providers/aws/s3/bucket-settings.ts';
import { markedBucketObjects } from '#providers/aws/s3/marked-buckets.ts';
import { CALM_WEATHER, MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';

const Bucket = bucketNameOf(UID);

function declare(builder: BlueprintBuilder): void {
  const key = builder.declare(kmsKey, 'state.key', { description: 'state' });
  builder.declare(s3Bucket, 'state.bucket', { name: Bucket, key: key.output('arn') });
}

test('a bucket is closed, encrypted, versioned and guarded before it is ready', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declare)).toMatchObject({ failed: [] });
  expect(stand.changes.filter((operation) => operation.startsWith('s3.'))).toEqual([
    's3.CreateBucket',
    's3.PutBucketEncryption',
    's3.PutBucketVersioning',
    's3.PutBucketLifecycleConfiguration',
    's3.PutBucketPolicy',
  ]);
  const { s3 } = stand.services;
  const { Policy = '' } = await stand.run(s3.send(new GetBucketPolicyCommand({ Bucket })));
  expect(JSON.parse(Policy)).toEqual(bucketPolicy(Bucket, REGION));
  const { Status } = await stand.run(s3.send(new GetBucketVersioningCommand({ Bucket })));
  expect(Status).toBe('Enabled');
  const { ServerSideEncryptionConfiguration } = await stand.run(s3.send(new GetBucketEncryptionCommand({ Bucket })));
  const key = await stand.run(bucketKey(stand.session, stand.context(), Bucket));
  expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key }, BucketKeyEnabled: true },
  ]);
  expect(key).toMatch(/^arn:aws:kms:eu-west-3:\d{12}:key\//);
  expect(await stand.plan(declare)).toEqual([]);
});

const ends = (Prefix: string): LifecycleRule => ({
  ID: 'snapshots-end',
  Status: 'Enabled',
  Filter: { Prefix },
  Expiration: { Days: 1 },
  NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
});

async function rulesIn(stand: CloudStand): Promise<readonly LifecycleRule[] | undefined> {
  return (await stand.run(stand.services.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).Rules;
}

test('snapshots end by themselves, what they leave behind as well, and nothing else in the bucket does', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declare);
  expect(await rulesIn(stand)).toEqual([ends('snapshots/')]);
});

test.each<[string, LifecycleRule[]]>([
  ['all that is in the bucket', [ends('')]],
  ['something besides', [ends('snapshots/'), { ...ends('mailbox/'), ID: 'more' }]],
  ['nothing, since it is off', [{ ...ends('snapshots/'), Status: 'Disabled' }]],
  ['them later', [{ ...ends('snapshots/'), Expiration: { Days: 2 } }]],
])('a rule of somebody else that ends %s gives way to ours', async (_what, Rules) => {
  const stand = await CloudStand.open();
  await stand.apply(declare);
  const theirs = { LifecycleConfiguration: { Rules } };
  await stand.run(stand.services.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, ...theirs })));
  expect(await stand.plan(declare)).not.toEqual([]);
  const changes = await stand.changesDuring(() => stand.apply(declare));
  expect(changes).toEqual(['s3.PutBucketLifecycleConfiguration']);
  expect(await rulesIn(stand)).toEqual([ends('snapshots/')]);
  expect(await stand.plan(declare)).toEqual([]);
});

test('what somebody changed by hand is changed back, and nothing else', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declare);
  const { s3 } = stand.services;
  const open = { PublicAccessBlockConfiguration: { BlockPublicAcls: true } };
  await stand.run(s3.send(new PutPublicAccessBlockCommand({ Bucket, ...open })));
  const loose = documentText({
    ...bucketPolicy(Bucket, REGION),
    Statement: bucketPolicy(Bucket, REGION).Statement.slice(1),
  });
  await stand.run(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: loose })));
  const suspended = { VersioningConfiguration: { Status: 'Suspended' } } as const;
  await stand.run(s3.send(new PutBucketVersioningCommand({ Bucket, ...suspended })));
  expect(await stand.plan(declare)).not.toEqual([]);
  const changes = await stand.changesDuring(() => stand.apply(declare));
  expect(changes).toEqual(['s3.PutPublicAccessBlock', 's3.PutBucketVersioning', 's3.PutBucketPolicy']);
  expect(await stand.plan(declare)).toEqual([]);
});

test('a bucket goes with all versions of all that lies in it', async () => {
  const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, pageSizeOne: 0.5 } });
  await stand.apply(declare);
  const { s3 } = stand.services;
  for (const Key of ['a', 'a', 'b', 'mailbox/m-0/welcome', 'snapshots/etcd-7']) {
    await stand.run(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })));
  }
  await stand.run(s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' })));
  await stand.run(s3.send(new DeleteObjectCommand({ Bucket, Key: 'never there' })));
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
  expect(await stand.run(markedBucketObjects(stand.session, stand.context()))).toEqual([]);
});

test('a bucket of ours is seen by those who look for everything of the cluster', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declare);
  expect(await stand.run(markedBucketObjects(stand.session, stand.context()))).toEqual([
    { kind: 'aws.s3.bucket', id: Bucket },
  ]);
});

test('a bucket of that name without our mark is not touched', async () => {
  const stand = await CloudStand.open();
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await stand.run(stand.services.s3.send(new CreateBucketCommand({ Bucket, ...place })));
  const { failed } = await stand.apply(declare);
  expect(failed.map(({ code }) => code)).toEqual(['resource.name-taken']);
  await stand.delete();
  expect(stand.changes.filter((operation) => operation.startsWith('s3.'))).toEqual(['s3.CreateBucket']);
});

test('a bucket that is not encrypted under a key of its own is told from one that is', async () => {
  const stand = await CloudStand.open();
  const place = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
  await stand.run(stand.services.s3.send(new CreateBucketCommand({ Bucket, ...place })));
  const asked = stand.run(bucketKey(stand.session, stand.context(), Bucket));
  await expect(asked).rejects.toMatchObject({ code: 'state.key-missing' });
});

test.each([1, 2, 3, 4, 5, 6])('the meanest weather changes nothing in the end (seed %i)', async (seed) => {
  const stand = await CloudStand.open({ seed, weather: MEAN_WEATHER });
  expect(await stand.apply(declare)).toMatchObject({ failed: [] });
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});
