import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import { AttachRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { awsConstructs } from '#providers/aws/constructs.ts';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { machinesTrust } from '#providers/aws/iam/policies.ts';
import { AWS_TYPES } from '#providers/aws/kinds.ts';
import { operatorPolicy, POLICY_CHARACTERS_MAX } from '#providers/aws/operator-policy.ts';
import { PURPOSES } from '#providers/aws/permission-table.ts';
import { actionsNeeded, actionsOf, everyNeed, permissionRows } from '#providers/aws/permissions.ts';
import { repository } from '../../tooling/repository.ts';
import { PreflightStand } from './preflight/preflight-stand.ts';
import { CloudStand } from './support/cloud-stand.ts';
import { declaringBalancer } from './support/declared-balancer.ts';
import { REGION, UID, ZONES } from './support/declared-cluster.ts';
import { permissionTable, withPermissionTable } from './support/permission-table.ts';
import { recordingClients } from './support/recording-clients.ts';
import { operationsInCode } from './support/sent-operations.ts';

const table = everyNeed().map(({ service, operation }) => `${service}.${operation}`);

test('the table has every operation that the code can send, and no other', () => {
  expect(operationsInCode().length).toBeGreaterThan(100);
  expect(operationsInCode()).toEqual(table.toSorted());
});

test('what an operation is sent for is a kind of the provider or a purpose, and every kind is there', () => {
  const purposes: readonly string[] = Object.values(PURPOSES);
  const reasons = new Set(everyNeed().flatMap(({ need }) => need.for));
  expect([...reasons].filter((reason) => !AWS_TYPES.has(reason) && !purposes.includes(reason))).toEqual([]);
  expect([...AWS_TYPES.keys()].filter((kind) => !reasons.has(kind))).toEqual([]);
});

/** Sent only after what these lives have none of. */
const UNSENT: Readonly<Record<string, string>> = {
  'ec2.DescribeSpotPriceHistory': 'prices are asked of AWS itself alone',
  'elb.ModifyListener': 'when somebody has changed it by hand',
  'elb.ModifyTargetGroup': 'when somebody has changed it by hand',
  'iam.ListInstanceProfilesForRole': 'when somebody has put the role into a profile of his own',
  'kms.UpdateKeyDescription': 'when somebody has changed it by hand',
  'pricing.GetProducts': 'prices are asked of AWS itself alone',
  's3.PutPublicAccessBlock': 'where an account opens its new buckets',
};

describe('over the lives of clusters of every shape', () => {
  const sent = new Set<string>();

  async function open(): Promise<CloudStand> {
    const record = (service: string, operation: string) => void sent.add(`${service}.${operation}`);
    return CloudStand.open({ overlook: (clients) => recordingClients(clients, record) });
  }

  beforeAll(async () => {
    await liveInPublic(await open());
    await liveInPrivate(await open());
    await liveBehindBalancer(await open());
    await liveAmongOthers(await open());
    const preflight = await PreflightStand.open();
    await preflight.find();
    for (const operation of preflight.sent) sent.add(operation);
  }, 120_000);

  test('nothing is sent that is not in the table', () => {
    expect([...sent].filter((operation) => !table.includes(operation))).toEqual([]);
    expect(sent.size).toBeGreaterThan(90);
  });

  test('nothing is in the table that is not sent, but for what has a reason', () => {
    expect(table.filter((operation) => !sent.has(operation)).toSorted()).toEqual(Object.keys(UNSENT).toSorted());
  });
});

/** Made, changed wherever it can be in its place, put right after somebody's hand, looked at, deleted. */
async function liveInPublic(stand: CloudStand): Promise<void> {
  const RoleName = `bootstrap-${UID}-control-plane`;
  await stand.apply({ addresses: 'followed', tags: { team: 'web', stage: 'trial' } });
  await stand.apply({ sshFrom: ['198.51.100.7/32'], workerFirewalls: ['sites'], addresses: 'fixed' });
  await stand.apply({ sshFrom: ['198.51.100.7/32'], sshPurpose: 'SSH of the operator', tags: { team: 'shop' } });
  await stand.apply({ controlPlaneRole: 'another' });
  await stand.apply({});
  const { iam } = stand.services;
  const trust = documentText({ ...machinesTrust(REGION), Statement: [] });
  await stand.run(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust })));
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  await stand.run(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })));
  await stand.apply({});
  await useState(stand);
  await careForMachines(stand);
  await stand.delete();
}

/** As a person does, beside all runs. */
async function careForMachines(stand: CloudStand): Promise<void> {
  const care = stand.care();
  const [{ InstanceId = '' } = {}] = await stand.machines();
  const console = await care.consoleOf(InstanceId);
  if ('recent' in console) await stand.run(console.recent(new AbortController().signal));
  await stand.run(care.stop(InstanceId, new AbortController().signal));
  await stand.run(care.start(InstanceId, new AbortController().signal));
  await stand.clock.advance(60_000);
}

async function useState(stand: CloudStand): Promise<void> {
  const connection = stand.connect();
  const never = new AbortController().signal;
  const { objects, seal } = connection.stateOf(UID);
  await stand.run(
    (async () => {
      await connection.whoAmI(never);
      await connection.clusters(never);
      await connection.walk(UID, never);
      await objects.createObject('state/x.json', 'x');
      await objects.createObject('state/x.json', 'y').catch(() => undefined);
      await objects.readObject('state/x.json');
      await objects.listObjects('state/');
      await objects.removeObject('state/x.json');
      const { wrapped } = await seal.create(UID);
      await seal.open(UID, wrapped);
    })(),
  );
}

async function liveInPrivate(stand: CloudStand): Promise<void> {
  await stand.apply({ network: { topology: 'private' } });
  await stand.apply({ network: { topology: 'private', nat: 'single' } });
  await stand.delete();
}

async function liveBehindBalancer(stand: CloudStand): Promise<void> {
  await stand.apply(declaringBalancer({ tags: { team: 'web', stage: 'trial' } }));
  await stand.apply(declaringBalancer({ tags: { team: 'shop' } }));
  await stand.apply(declaringBalancer({ behind: { http: 2 } }));
  await stand.apply(
    declaringBalancer({ behind: { api: 1, http: 1 }, zones: ZONES.slice(0, 2), firewalls: ['balancer', 'more'] }),
  );
  await stand.delete();
}

/** In a network and a zone that were there before. */
async function liveAmongOthers(stand: CloudStand): Promise<void> {
  const { ec2, route53 } = stand.services;
  const { Vpc } = await stand.run(ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' })));
  await stand.run(route53.send(new CreateHostedZoneCommand({ Name: 'theirs.example.com', CallerReference: 'theirs' })));
  await stand.apply((builder) => {
    const scope = { builder, uid: UID, clusterName: 'blog', tags: undefined, region: REGION };
    const shape = { topology: 'private', nat: 'single', existing: Vpc?.VpcId } as const;
    const place = { cidr: '10.0.0.0/16', domain: 'theirs.example.com' };
    const network = awsConstructs.network(scope, { ...place, zones: [], ...shape });
    awsConstructs.zone(scope, { domain: 'theirs.example.com', origin: 'existing', network });
  });
  await stand.delete();
}

test('who makes only a bucket need not be allowed machines', () => {
  const actions = actionsNeeded(['aws.s3.bucket']);
  expect(actions).toContain('s3:CreateBucket');
  expect(actions.filter((action) => action.startsWith('ec2:') && !action.startsWith('ec2:Describe'))).toEqual([]);
});

test.each([
  ['s3', 'HeadObject', ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt']],
  ['s3', 'PutBucketEncryption', ['s3:PutEncryptionConfiguration']],
  ['ec2', 'RunInstances', ['ec2:RunInstances', 'ec2:CreateTags']],
  ['ec2', 'AssociateIamInstanceProfile', ['ec2:AssociateIamInstanceProfile', 'iam:PassRole']],
  ['elb', 'CreateListener', ['elasticloadbalancing:CreateListener', 'elasticloadbalancing:AddTags']],
  ['sts', 'GetCallerIdentity', []],
])('%s.%s needs what IAM calls it', (service, operation, actions) => {
  expect(actionsOf(service, operation)).toEqual(actions);
});

describe('the policy', () => {
  const Document = z.object({
    Statement: z.array(
      z.object({
        Sid: z.string(),
        Action: z.array(z.string()),
        Resource: z.unknown(),
        Condition: z.unknown().optional(),
      }),
    ),
  });

  test.each(['eu-west-3', 'us-gov-west-1', 'cn-north-1'])('allows exactly the actions of the table (%s)', (region) => {
    const { Statement } = Document.parse(operatorPolicy(region));
    const allowed = new Set(Statement.flatMap(({ Action }) => Action));
    expect([...allowed].toSorted()).toEqual(permissionRows().map(({ action }) => action));
    expect(JSON.stringify(operatorPolicy(region)).length).toBeLessThan(POLICY_CHARACTERS_MAX);
  });

  test('lets no one end what bears no mark, hand a role to anything but a machine, or touch the buckets of others', () => {
    const { Statement } = Document.parse(operatorPolicy('cn-north-1'));
    const bounds = Statement.map(({ Sid, Resource, Condition }) => ({ Sid, Resource, Condition }));
    expect(bounds).toMatchInlineSnapshot(`
      [
        {
          "Condition": undefined,
          "Resource": "*",
          "Sid": "Anything",
        },
        {
          "Condition": {
            "Null": {
              "aws:ResourceTag/bootstrap:cluster": "false",
            },
          },
          "Resource": "*",
          "Sid": "Marked",
        },
        {
          "Condition": {
            "Null": {
              "ec2:CreateAction": "false",
            },
          },
          "Resource": "*",
          "Sid": "TagsWhenMade",
        },
        {
          "Condition": {
            "Null": {
              "elasticloadbalancing:CreateAction": "false",
            },
          },
          "Resource": "*",
          "Sid": "BalancerTagsWhenMade",
        },
        {
          "Condition": undefined,
          "Resource": [
            "arn:aws-cn:s3:::bootstrap-*",
          ],
          "Sid": "Buckets",
        },
        {
          "Condition": undefined,
          "Resource": [
            "arn:aws-cn:iam::*:role/bootstrap/*",
            "arn:aws-cn:iam::*:instance-profile/bootstrap/*",
          ],
          "Sid": "Identities",
        },
        {
          "Condition": {
            "StringEquals": {
              "iam:PassedToService": "ec2.amazonaws.com.cn",
            },
          },
          "Resource": "arn:aws-cn:iam::*:role/bootstrap/*",
          "Sid": "RolesOfMachines",
        },
        {
          "Condition": {
            "StringEquals": {
              "iam:AWSServiceName": [
                "elasticloadbalancing.amazonaws.com",
                "spot.amazonaws.com",
              ],
            },
          },
          "Resource": "*",
          "Sid": "RolesOfServices",
        },
      ]
    `);
  });
});

test('the README shows the table of today', () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  expect(withPermissionTable(readme), `"npm run permissions" writes it:\n${permissionTable()}`).toBe(readme);
});
