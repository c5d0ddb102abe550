import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { ALL_BEHIND, faultOf, refusalOf, REGION, SdkAccount } from '../support/sdk-account.ts';

const Bucket = 'state';
const here = { CreateBucketConfiguration: { LocationConstraint: REGION } } as const;
const create = (name = Bucket) => new CreateBucketCommand({ Bucket: name, ...here });
const versioning = (Status: 'Enabled' | 'Suspended') =>
  new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } });

test.each([
  ['abc', true],
  ['a.b-c9', true],
  ['a'.repeat(63), true],
  ['ab', false],
  ['a'.repeat(64), false],
  ['State', false],
  ['under_score', false],
  ['-state', false],
  ['state-', false],
  ['a..b', false],
  ['192.168.5.4', false],
  ['xn--state', false],
  ['state-s3alias', false],
])('S3-1: the name %s is acceptable: %s', async (name, isAcceptable) => {
  const { s3 } = (await SdkAccount.open()).in();
  const answer = await s3.send(create(name)).then(() => 'made', String);
  expect(answer).toBe(isAcceptable ? 'made' : 'InvalidBucketName: The specified bucket is not valid.');
});

test('S3-2: a bucket that one owns is refused a second time', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  expect(await refusalOf(s3.send(create()))).toBe('BucketAlreadyOwnedByYou 409');
});

test('S3-3: in us-east-1 it is made a second time, and keeps what it has', async () => {
  const { s3 } = (await SdkAccount.open()).in('us-east-1');
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(versioning('Enabled'));
  await s3.send(new CreateBucketCommand({ Bucket }));
  expect(await s3.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
});

test.each([
  ['eu-west-3', undefined, 'IllegalLocationConstraintException 400'],
  ['eu-west-3', 'eu-west-1', 'IllegalLocationConstraintException 400'],
  ['us-east-1', 'us-east-1', 'InvalidLocationConstraint 400'],
] as const)('S3-4: a request to %s for a bucket in %s is refused', async (region, LocationConstraint, refusal) => {
  const { s3 } = (await SdkAccount.open()).in(region);
  const configuration = LocationConstraint === undefined ? {} : { LocationConstraint };
  // The SDK does not know us-east-1 as a constraint; what is sent here is what another program may send.
  const command = Object.assign(create(), { input: { Bucket, CreateBucketConfiguration: configuration } });
  expect(await refusalOf(s3.send(command))).toBe(refusal);
});

test('S3-5: the location of a bucket in us-east-1 has no name', async () => {
  const account = await SdkAccount.open();
  await account.in('us-east-1').s3.send(new CreateBucketCommand({ Bucket: 'east' }));
  await account.in().s3.send(create('west'));
  const { s3 } = account.in();
  const locationOf = async (name: string) =>
    (await s3.send(new GetBucketLocationCommand({ Bucket: name }))).LocationConstraint;
  expect([await locationOf('east'), await locationOf('west')]).toEqual([undefined, REGION]);
});

test('S3-6: a bucket is made with its tags', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  const TagSet = [{ Key: 'bootstrap:cluster', Value: 'uid' }];
  const CreateBucketConfiguration = { LocationConstraint: REGION, Tags: TagSet } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
});

test('S3-7: a new bucket is closed to the public and encrypted, keeps no versions and has no policy', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
  ]);
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe(undefined);
});

test('S3-8: a bucket is found by and by, but takes objects at once', async () => {
  const account = await SdkAccount.open(ALL_BEHIND);
  const { s3 } = account.in();
  await s3.send(create());
  expect(await refusalOf(s3.send(new HeadBucketCommand({ Bucket })))).toBe('NotFound 404');
  expect(await refusalOf(s3.send(versioning('Enabled')))).toBe('NoSuchBucket 404');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
  await account.pass(10_000);
  expect(await s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: REGION });
  await s3.send(versioning('Enabled'));
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe(undefined);
  await account.pass(10_000);
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
});

test('S3-9: a bucket without tags has no tag set, and tags replace those that were there', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  expect(await refusalOf(s3.send(new GetBucketTaggingCommand({ Bucket })))).toBe('NoSuchTagSet 404');
  const put = (...TagSet: { Key: string; Value: string }[]) =>
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  await put({ Key: 'a', Value: '1' });
  await put({ Key: 'b', Value: '2' });
  expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'b', Value: '2' }]);
  expect(await refusalOf(put({ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }))).toBe('InvalidTag 400');
  expect(await refusalOf(put({ Key: 'aws:a', Value: '1' }))).toBe('InvalidTag 400');
});

test('S3-10: a policy is JSON that speaks of its own bucket', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  expect(await refusalOf(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('NoSuchBucketPolicy 404');
  const policyOn = (Resource: string) => JSON.stringify({ Statement: [{ Effect: 'Deny', Resource }] });
  const put = (Policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  for (const Policy of ['', '{', '[]', '{"Statement":[]}', policyOn('arn:aws:s3:::other/*')]) {
    expect(await refusalOf(put(Policy))).toBe('MalformedPolicy 400');
  }
  await put(policyOn('arn:aws:s3:::state/*'));
  expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(policyOn('arn:aws:s3:::state/*'));
});

async function withKey(account: SdkAccount): Promise<string> {
  const { s3, kms } = account.in();
  await s3.send(create());
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KMSMasterKeyID = KeyMetadata?.Arn ?? '';
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } as const;
  const Rules = [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }];
  await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  return KMSMasterKeyID;
}

test('S3-11: objects stored after a key was named are sealed with it', async () => {
  const account = await SdkAccount.open();
  const key = await withKey(account);
  const { s3 } = account.in();
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key }, BucketKeyEnabled: true },
  ]);
  const sealed = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key };
  expect(await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))).toMatchObject(sealed);
  expect(await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }))).toMatchObject(sealed);
});

test('S3-12: what is sealed with a key that is about to be deleted can be removed, but neither read nor written', async () => {
  const account = await SdkAccount.open();
  const KeyId = await withKey(account);
  const { s3, kms } = account.in();
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  const refusal = 'KMS.KMSInvalidStateException 400';
  expect(await refusalOf(s3.send(new GetObjectCommand({ Bucket, Key: 'a' })))).toBe(refusal);
  expect(await refusalOf(s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'x' })))).toBe(refusal);
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
});

test('S3-13: a setting is refused while another one is being changed', async () => {
  const account = await SdkAccount.open();
  const { s3 } = account.in();
  await s3.send(create());
  account.change({ conflict: 1 });
  expect(await refusalOf(s3.send(versioning('Enabled')))).toBe('OperationAborted 409');
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe(undefined);
});

test('S3-14: the name of a bucket that was just deleted is taken for a while', async () => {
  const account = await SdkAccount.open(ALL_BEHIND);
  const { s3 } = account.in();
  await s3.send(create());
  await account.pass(10_000);
  await s3.send(new DeleteBucketCommand({ Bucket }));
  expect(await refusalOf(s3.send(create()))).toBe('OperationAborted 409');
  await account.pass(10_000);
  await s3.send(create());
});

test('S3-15: a bucket is reached in its own region', async () => {
  const account = await SdkAccount.open();
  await account.in().s3.send(create());
  const { s3 } = account.in('eu-west-1');
  expect(await refusalOf(s3.send(new PutObjectCommand({ Bucket, Key: 'a' })))).toBe('PermanentRedirect 301');
  expect(await refusalOf(s3.send(new GetBucketVersioningCommand({ Bucket })))).toBe('PermanentRedirect 301');
  const owned = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } } as const;
  expect(await refusalOf(s3.send(new CreateBucketCommand({ Bucket, ...owned })))).toBe('BucketAlreadyOwnedByYou 409');
});

test('S3-16: buckets of all regions are listed, in pages when a size is asked for', async () => {
  const account = await SdkAccount.open();
  await account.in('us-east-1').s3.send(new CreateBucketCommand({ Bucket: 'east' }));
  const { s3 } = account.in();
  for (const name of ['west-a', 'west-b']) await s3.send(create(name));
  const listed = async (input: object) => {
    const { Buckets = [], ContinuationToken } = await s3.send(new ListBucketsCommand(input));
    return { names: Buckets.map(({ Name = '' }) => Name).toSorted(), ContinuationToken };
  };
  expect((await listed({})).names).toEqual(['east', 'west-a', 'west-b']);
  expect((await listed({ Prefix: 'west' })).names).toEqual(['west-a', 'west-b']);
  expect((await listed({ BucketRegion: 'us-east-1' })).names).toEqual(['east']);
  const first = await listed({ MaxBuckets: 2 });
  const second = await listed({ MaxBuckets: 2, ContinuationToken: first.ContinuationToken });
  expect([first.names, second.names]).toEqual([['east', 'west-a'], ['west-b']]);
  expect(second.ContinuationToken).toBe(undefined);
});

test('S3-17: a bucket is only deleted when no object, no version and no marker is left in it', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
  const message = (await faultOf(s3.send(new DeleteBucketCommand({ Bucket })))).message;
  expect(message).toBe('The bucket you tried to delete is not empty');
  await s3.send(versioning('Enabled'));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    expect(await refusalOf(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
  expect(await refusalOf(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('NoSuchBucket 404');
});

test('S3-18: what is not named in a public access block is opened', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  expect((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    IgnorePublicAcls: false,
    BlockPublicPolicy: false,
    RestrictPublicBuckets: false,
  });
});

const ending = (Prefix: string, rule: Partial<LifecycleRule> = { Expiration: { Days: 1 } }): LifecycleRule => ({
  ID: `${Prefix}ends`,
  Status: 'Enabled',
  Filter: { Prefix },
  ...rule,
});
const lifecycle = (...Rules: LifecycleRule[]) =>
  new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } });

test('S3-42: a bucket without lifecycle rules has no such configuration, and rules replace those that were there', async () => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  const read = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(await refusalOf(read())).toBe('NoSuchLifecycleConfiguration 404');
  await s3.send(lifecycle(ending('a/'), ending('b/')));
  expect((await read()).Rules).toEqual([ending('a/'), ending('b/')]);
  await s3.send(lifecycle(ending('c/', { NoncurrentVersionExpiration: { NoncurrentDays: 2 } })));
  expect((await read()).Rules).toEqual([ending('c/', { NoncurrentVersionExpiration: { NoncurrentDays: 2 } })]);
});

test.each([
  [{ Expiration: { Days: 0 } }, "'Days' for Expiration action"],
  [{ NoncurrentVersionExpiration: { NoncurrentDays: 0 } }, "'NoncurrentDays' for NoncurrentVersionExpiration action"],
  [
    { AbortIncompleteMultipartUpload: { DaysAfterInitiation: -1 } },
    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action",
  ],
])('S3-43: a rule that counts less than a day is refused: %j', async (rule, name) => {
  const { s3 } = (await SdkAccount.open()).in();
  await s3.send(create());
  await s3.send(lifecycle(ending('kept/')));
  const refused = await faultOf(s3.send(lifecycle(ending('a/', rule))));
  expect([refused.name, refused.message]).toEqual(['InvalidArgument', `${name} must be a positive integer`]);
  const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(Rules).toEqual([ending('kept/')]);
});
