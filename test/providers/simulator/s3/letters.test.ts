import { CreateSubnetCommand, CreateVpcCommand, DescribeImagesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { Hello } from '#host/protocol.ts';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { machinesTrust } from '#providers/aws/iam/policies.ts';
import { refusalOf, REGION, SdkAccount } from '../support/sdk-account.ts';
import { BUCKET as Bucket, prefixOf, stubText } from '../support/test-network.ts';

/** A bucket, and a machine that will say hello into it within a minute. */
async function withMachine() {
  const account = await SdkAccount.open();
  const { ec2, iam, s3 } = account.in();
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const place = { CidrBlock: '10.0.0.0/24', AvailabilityZone: 'eu-west-3a' };
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, ...place }));
  const Name = 'speakers';
  await iam.send(
    new CreateRoleCommand({ RoleName: Name, AssumeRolePolicyDocument: documentText(machinesTrust(REGION)) }),
  );
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: Name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: Name, RoleName: Name }));
  const Filters = [{ Name: 'architecture', Values: ['x86_64'] }];
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['136693071363'], Filters }));
  const launch = new RunInstancesCommand({
    ImageId: Images?.[0]?.ImageId,
    InstanceType: 'm7i.large',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: Subnet?.SubnetId,
    ClientToken: 'token',
    UserData: Buffer.from(stubText()).toString('base64'),
    IamInstanceProfile: { Name },
  });
  const { Instances = [] } = await ec2.send(launch);
  const { InstanceId: box = '' } = Instances[0] ?? {};
  const keys = async (input: object = {}) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, ...input }));
    return Contents.map((object) => object.Key);
  };
  const versions = async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    return [...Versions.map(() => 'stored'), ...DeleteMarkers.map(() => 'marker')];
  };
  return { account, s3, keys, versions, box, Key: `${prefixOf(box)}hello` };
}

test('S3-39: the letters of machines are objects like others', async () => {
  const { account, s3, keys, box, Key } = await withMachine();
  for (const key of ['state/head.json', 'a']) await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'x' }));
  expect(await keys()).toEqual(['a', 'state/head.json']);
  await account.pass(60_000);
  expect(await keys()).toEqual(['a', Key, 'state/head.json']);
  expect(await keys({ Prefix: prefixOf(box) })).toEqual([Key]);
  expect(await keys({ StartAfter: 'b', MaxKeys: 1 })).toEqual([Key]);
  const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(Hello.parse(JSON.parse((await Body?.transformToString()) ?? ''))).toMatchObject({ box });
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ETag });
  const again = new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' });
  expect(await refusalOf(s3.send(again))).toBe('PreconditionFailed 412');
  expect(await refusalOf(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
});

test('S3-39: a letter that was removed stays removed', async () => {
  const { account, s3, keys, versions, Key } = await withMachine();
  await account.pass(60_000);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await keys()).toEqual([]);
  expect(await refusalOf(s3.send(new GetObjectCommand({ Bucket, Key })))).toBe('NoSuchKey 404');
  expect(await versions()).toEqual([]);
  await s3.send(new DeleteBucketCommand({ Bucket }));
});

test('S3-39: a letter in a bucket with versions is one, under every later one', async () => {
  const { account, s3, keys, versions, Key } = await withMachine();
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  await account.pass(60_000);
  const { VersionId } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(VersionId).toMatch(/^[0-9a-f]{32}$/);
  const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  expect([await keys(), await versions()]).toEqual([[], ['stored', 'marker']]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
  expect((await s3.send(new GetObjectCommand({ Bucket, Key }))).VersionId).toBe(VersionId);
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'mine' }));
  expect(await versions()).toEqual(['stored', 'stored']);
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, VersionId }] } }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect([await versions(), await Body?.transformToString()]).toEqual([['stored'], 'mine']);
});
