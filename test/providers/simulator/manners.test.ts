import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, DeleteRoleCommand, GetRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { CreateHostedZoneCommand, ListHostedZonesCommand, ListHealthChecksCommand } from '@aws-sdk/client-route-53';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { DirectoryLog } from '#providers/simulator/directory-log.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { Disk } from '../../support/disk.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { changeRecords } from './route53/records.ts';
import { faultOf, refusalOf, REGION, SdkAccount } from './support/sdk-account.ts';

const CreateBucketConfiguration = { LocationConstraint: REGION } as const;

async function refusals(weather: object): Promise<Record<string, string>> {
  const { ec2, iam, kms, route53, s3, sts } = (await SdkAccount.open(weather)).in();
  return {
    ec2: await refusalOf(ec2.send(new DescribeVpcsCommand({}))),
    iam: await refusalOf(iam.send(new ListRolesCommand({}))),
    kms: await refusalOf(kms.send(new ListKeysCommand({}))),
    route53: await refusalOf(route53.send(new ListHostedZonesCommand({}))),
    s3: await refusalOf(s3.send(new ListBucketsCommand({}))),
    sts: await refusalOf(sts.send(new GetCallerIdentityCommand({}))),
  };
}

test('ALL-1: credentials that have expired are told in the manner of each service', async () => {
  expect(await refusals({ credentialsExpired: 1 })).toEqual({
    ec2: 'RequestExpired 400',
    iam: 'ExpiredToken 403',
    kms: 'ExpiredTokenException 400',
    route53: 'ExpiredToken 403',
    s3: 'ExpiredToken 400',
    sts: 'ExpiredToken 403',
  });
});

test('ALL-2: too many requests are refused in the manner of each service', async () => {
  expect(await refusals({ throttle: 1 })).toEqual({
    ec2: 'RequestLimitExceeded 503',
    iam: 'Throttling 400',
    kms: 'ThrottlingException 400',
    route53: 'Throttling 400',
    s3: 'SlowDown 503',
    sts: 'Throttling 400',
  });
});

test('ALL-3: a server error is told in the manner of each service', async () => {
  expect(await refusals({ errorBefore: 1 })).toEqual({
    ec2: 'InternalError 500',
    iam: 'ServiceFailureException 500',
    kms: 'KMSInternalException 500',
    route53: 'InternalFailure 500',
    s3: 'InternalError 500',
    sts: 'InternalFailure 500',
  });
});

test('ALL-4: a server error does not say whether the request was executed', async () => {
  const RoleName = 'worker';
  const create = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{"Statement":[]}' });
  const account = await SdkAccount.open({ errorBefore: 1 });
  const { iam } = account.in();
  expect(await refusalOf(iam.send(create))).toBe('ServiceFailureException 500');
  account.change({ errorBefore: 0, errorAfter: 1 });
  expect(await refusalOf(iam.send(new GetRoleCommand({ RoleName })))).toBe('NoSuchEntityException 404');
  expect(await refusalOf(iam.send(create))).toBe('ServiceFailureException 500');
  expect((await iam.send(new GetRoleCommand({ RoleName }))).Role?.RoleName).toBe(RoleName);
});

test('ALL-5: what the simulator does not know it refuses, never ignores', async () => {
  const { s3, route53, ec2 } = (await SdkAccount.open()).in();
  const unheard: object = { Unheard: 'of' };
  const { name, message } = await faultOf(s3.send(new ListBucketsCommand(unheard)));
  expect(name).toBe('ValidationError');
  expect(message).toContain('Unheard');
  expect(await refusalOf(route53.send(new ListHealthChecksCommand({})))).toBe('InvalidAction 400');
  expect(await refusalOf(ec2.send(new CreateVpcCommand({})))).toBe('ValidationError 400');
});

test('ALL-6: an answer says that it is one', async () => {
  const { sts } = (await SdkAccount.open()).in();
  const { $metadata } = await sts.send(new GetCallerIdentityCommand({}));
  expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

async function walked({ account }: SdkAccount): Promise<readonly string[]> {
  return (await account.walk()).map((object) => canonicalJson(object)).toSorted();
}

test('LOG-4: another process finds in the directory all that one has done', async () => {
  const disk = new Disk();
  const seeds = { next: 1 };
  const log = () => new DirectoryLog({ root: '/account', files: disk.mount(), random: new SeededRandom(seeds.next++) });
  const one = await SdkAccount.open({}, log());
  const { iam, kms, route53, s3 } = one.in();
  await s3.send(new CreateBucketCommand({ Bucket: 'state', CreateBucketConfiguration }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'state', VersioningConfiguration }));
  await s3.send(new PutObjectCommand({ Bucket: 'state', Key: 'a', Body: 'ß' }));
  await s3.send(new PutObjectCommand({ Bucket: 'state', Key: 'b', Body: Uint8Array.of(0, 255) }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'state', Key: 'b' }));
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const sealing = { KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('x'), EncryptionContext: { a: '1' } };
  const { CiphertextBlob } = await kms.send(new EncryptCommand(sealing));
  await iam.send(new CreateRoleCommand({ RoleName: 'gone', AssumeRolePolicyDocument: '{"Statement":[]}' }));
  await iam.send(new DeleteRoleCommand({ RoleName: 'gone' }));
  await iam.send(new CreateRoleCommand({ RoleName: 'stays', AssumeRolePolicyDocument: '{"Statement":[]}' }));
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ Name: 'a.org', CallerReference: 'r' }));
  const record = { Action: 'CREATE', Name: 'www.a.org', Type: 'A', values: ['192.0.2.1'] } as const;
  await changeRecords(route53, HostedZone?.Id ?? '', [record]);

  const other = await SdkAccount.open({}, log());
  expect(await walked(other)).toEqual(await walked(one));
  const there = other.in();
  const { Body } = await there.s3.send(new GetObjectCommand({ Bucket: 'state', Key: 'a' }));
  expect(await Body?.transformToString()).toBe('ß');
  const { Versions, DeleteMarkers } = await there.s3.send(new ListObjectVersionsCommand({ Bucket: 'state' }));
  expect([Versions?.length, DeleteMarkers?.length]).toEqual([2, 1]);
  const opened = await there.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { a: '1' } }));
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('x');
  await there.iam.send(new DeleteRoleCommand({ RoleName: 'stays' }));
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
});
