import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateIamInstanceProfileCommand,
  CreateNatGatewayCommand,
  DeleteNatGatewayCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  type GetBucketPolicyCommandOutput,
  GetBucketTaggingCommand,
  type GetBucketTaggingCommandOutput,
  GetBucketVersioningCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  type DescribeTargetGroupAttributesCommandOutput,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { GetAWSDefaultServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROTOCOL_FORMAT } from '#host/protocol.ts';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { machinesTrust } from '#providers/aws/iam/policies.ts';
import { emulatedAccount } from '#providers/simulator/stand-in/emulated-account.ts';
import { SystemClock } from '#std/system-clock.ts';
import { ACTED } from '../support/acted-machines.ts';
import { DEBIAN_IMAGES } from './moto-images.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

const BUCKET = 'bootstrap-aaaaaaaaaaaaaaaaaaaaaaaaaa';
const TAGS = [{ Key: 'bootstrap:cluster', Value: 'aaaaaaaaaaaaaaaaaaaaaaaaaa' }];
const PLACE = { LocationConstraint: 'eu-west-3' } as const;
const IMAGE = DEBIAN_IMAGES[0]?.ami_id;

let moto: MotoServer;
let ec2: EC2Client;
let s3: S3Client;
let elb: ElasticLoadBalancingV2Client;
let quotas: ServiceQuotasClient;

beforeAll(async () => {
  moto = await startMoto();
  ec2 = new EC2Client(moto.clientConfig);
  s3 = new S3Client(moto.clientConfig);
  elb = new ElasticLoadBalancingV2Client(moto.clientConfig);
  quotas = new ServiceQuotasClient(moto.clientConfig);
});
afterAll(() => moto[Symbol.asyncDispose]());
beforeEach(() => moto.reset());

function emulated(speed = 1_000) {
  return emulatedAccount({ ec2, s3, elb, quotas }, { clock: new SystemClock(), speed });
}

const creation = () => new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { ...PLACE, Tags: TAGS } });

describe('a bucket', () => {
  test('has its tags from the beginning, though the emulator forgets them', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'plain', CreateBucketConfiguration: { ...PLACE, Tags: TAGS } }));
    await expect(s3.send(new GetBucketTaggingCommand({ Bucket: 'plain' }))).rejects.toThrow(/TagSet/);
    await emulated().s3.send(creation());
    const answer = await emulated().s3.send<GetBucketTaggingCommandOutput>(
      new GetBucketTaggingCommand({ Bucket: BUCKET }),
    );
    expect(answer.TagSet).toEqual(TAGS);
  });

  test('is not there as long as it lacks them, and is made by whoever tries again', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: PLACE }));
    const seen = emulated().s3.send(new GetBucketVersioningCommand({ Bucket: BUCKET }));
    await expect(seen).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await emulated().s3.send(creation());
    expect(await emulated().s3.send(new GetBucketVersioningCommand({ Bucket: BUCKET }))).toBeDefined();
  });

  test('that is there already is refused like any other', async () => {
    await emulated().s3.send(creation());
    await expect(emulated().s3.send(creation())).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  });

  test('has the policy that was set, and none of it is applied without its condition', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${BUCKET}/*`,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    await emulated().s3.send(creation());
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    const letter = new PutObjectCommand({ Bucket: BUCKET, Key: 'letter', Body: 'text' });
    await expect(s3.send(letter)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await emulated().s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
    await s3.send(letter);
    const kept = await emulated().s3.send<GetBucketPolicyCommandOutput>(new GetBucketPolicyCommand({ Bucket: BUCKET }));
    expect(kept.Policy).toBe(Policy);
  });
});

test('a group of machines has what it has at AWS from the beginning', async () => {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand());
  const group = { Name: 'sites', Protocol: 'TCP', Port: 443, VpcId: Vpcs[0]?.VpcId, TargetType: 'instance' } as const;
  const { TargetGroups = [] } = await elb.send(new CreateTargetGroupCommand(group));
  const command = () => new DescribeTargetGroupAttributesCommand({ TargetGroupArn: TargetGroups[0]?.TargetGroupArn });
  const isPreserved = ({ Attributes = [] }: DescribeTargetGroupAttributesCommandOutput) =>
    Attributes.find(({ Key }) => Key === 'preserve_client_ip.enabled')?.Value;
  expect(isPreserved(await elb.send(command()))).toBe(undefined);
  expect(isPreserved(await emulated().elb.send<DescribeTargetGroupAttributesCommandOutput>(command()))).toBe('true');
});

test('what an emulator does not know of quotas is refused, not taken for a breakdown', async () => {
  const command = () => new GetAWSDefaultServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' });
  await expect(quotas.send(command())).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  await expect(emulated().quotas.send(command())).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('a NAT gateway that has ended lets go of its address', async () => {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand());
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const creating = new CreateNatGatewayCommand({ SubnetId: Subnets[0]?.SubnetId, AllocationId });
  const { NatGateway } = await ec2.send(creating);
  const isTied = async (sender: Pick<EC2Client, 'send'>): Promise<readonly boolean[]> => {
    const { Addresses = [] } = await sender.send(new DescribeAddressesCommand());
    return Addresses.map(({ AssociationId = '' }) => AssociationId !== '');
  };
  expect(await isTied(emulated().ec2)).toEqual([true]);
  await ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: NatGateway?.NatGatewayId }));
  expect([await isTied(ec2), await isTied(emulated().ec2)]).toEqual([[true], [false]]);
});

describe('a machine', () => {
  test('that has ended lets go of its address', async () => {
    const { Instances = [] } = await ec2.send(launch('token'));
    const InstanceId = Instances[0]?.InstanceId ?? '';
    const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
    await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
    const users = async (sender: Pick<EC2Client, 'send'>) => {
      const { Addresses = [] } = await sender.send(new DescribeAddressesCommand());
      return Addresses.map((address) => (address.InstanceId === '' ? undefined : address.InstanceId) ?? 'nobody');
    };
    expect(await users(emulated().ec2)).toEqual([InstanceId]);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    expect(await users(ec2)).toEqual([InstanceId]);
    expect(await users(emulated().ec2)).toEqual(['nobody']);
  });

  test('says hello once it has booted, and reports its stages once it is welcome', async () => {
    await emulated().s3.send(creation());
    const { Instances = [] } = await ec2.send(launch('token'));
    const InstanceId = Instances[0]?.InstanceId ?? '';
    await giveRole(InstanceId);
    const box = `mailbox/arn:aws:ec2:eu-west-3:123456789012:instance/${InstanceId}`;
    expect(await lettersWhen(emulated(), 1)).toEqual([`${box}/hello`]);
    const body = { ...WELCOME, stages: ['network', 'ready'] };
    const welcome = new PutObjectCommand({
      Bucket: BUCKET,
      Key: `${box}/welcome`,
      Body: JSON.stringify(body),
    });
    await s3.send(welcome);
    expect(await lettersWhen(emulated(), 4)).toEqual([
      `${box}/hello`,
      `${box}/stage-01-network`,
      `${box}/stage-02-ready`,
      `${box}/welcome`,
    ]);
  });

  test('that has no role says nothing, and with one is shown with the id of its profile', async () => {
    await emulated().s3.send(creation());
    const { Instances = [] } = await ec2.send(launch('token'));
    const InstanceId = Instances[0]?.InstanceId ?? '';
    expect(await look(emulated(1_000_000))).toEqual([]);
    const profileId = await giveRole(InstanceId);
    const shownBy = async (sender: Pick<EC2Client, 'send'>) => {
      const { Reservations = [] } = await sender.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }));
      return Reservations[0]?.Instances?.[0]?.IamInstanceProfile?.Id;
    };
    expect([await shownBy(ec2), await shownBy(emulated().ec2)]).toEqual([expect.stringMatching(/^iip-/), profileId]);
    expect(await lettersWhen(emulated(1_000_000), 1)).toHaveLength(1);
  });

  test('that lives as fast as the clock has nothing to say after a second', async () => {
    await emulated().s3.send(creation());
    const { Instances = [] } = await ec2.send(launch('token'));
    await giveRole(Instances[0]?.InstanceId ?? '');
    expect(await look(emulated(1))).toEqual([]);
  });
});

const WELCOME = {
  format: PROTOCOL_FORMAT,
  cluster: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
  incarnation: 'node00000001',
  node: 'one',
  role: 'converged',
  region: 'eu-west-3',
  zone: 'eu-west-3a',
  settings: { OVERLAY_ADDRESS: '10.43.0.1', POD_CIDR: '10.44.0.0/24' },
  secrets: { 'overlay-psk': 'none' },
  certificates: {},
  assets: [],
};

function launch(ClientToken: string): RunInstancesCommand {
  const mailbox = { bucket: BUCKET, region: 'eu-west-3' };
  const stub = { format: PROTOCOL_FORMAT, cluster: WELCOME.cluster, ...mailbox } as const;
  const UserData = Buffer.from(ACTED.userDataOf({ stub, mailbox, role: 'control-plane' })).toString('base64');
  return new RunInstancesCommand({
    ImageId: IMAGE,
    InstanceType: 'm6i.large',
    MinCount: 1,
    MaxCount: 1,
    ClientToken,
    UserData,
  });
}

/** The id of the profile through which it has it. */
async function giveRole(InstanceId: string): Promise<string | undefined> {
  const Name = 'speakers';
  const iam = new IAMClient(moto.clientConfig);
  const trust = { AssumeRolePolicyDocument: documentText(machinesTrust('eu-west-3')) };
  await iam.send(new CreateRoleCommand({ RoleName: Name, ...trust }));
  const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: Name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: Name, RoleName: Name }));
  await ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile: { Name } }));
  return InstanceProfile?.InstanceProfileId;
}

async function look({ s3: bucket }: ReturnType<typeof emulated>): Promise<readonly string[]> {
  const command = new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'mailbox/' });
  const { Contents = [] } = await bucket.send<ListObjectsV2CommandOutput>(command);
  return Contents.map(({ Key = '' }) => Key);
}

/** Machines that live a thousand times as fast are ready within the second. */
async function lettersWhen(services: ReturnType<typeof emulated>, count: number): Promise<readonly string[]> {
  await expect.poll(() => look(services), { timeout: 20_000 }).toHaveLength(count);
  return look(services);
}
