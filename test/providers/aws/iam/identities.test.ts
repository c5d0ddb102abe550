import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { iamInstanceProfile } from '#providers/aws/iam/instance-profile.ts';
import { markedIdentities } from '#providers/aws/iam/marked-identities.ts';
import { accessPolicy, machinesTrust } from '#providers/aws/iam/policies.ts';
import { iamRole } from '#providers/aws/iam/role.ts';
import { MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION } from '../support/declared-cluster.ts';

const RoleName = 'bootstrap-benchbench-control-plane';
const reach = {
  bucket: 'bootstrap-benchbench',
  key: 'arn:aws:kms:eu-west-3:123456789012:key/k',
  bringsSnapshots: true,
};

const declaring =
  (bucket: string = reach.bucket) =>
  (builder: BlueprintBuilder): void => {
    const role = builder.declare(iamRole, 'role.control-plane', { name: RoleName, ...reach, bucket });
    builder.declare(iamInstanceProfile, 'role.control-plane.profile', { name: RoleName, role: role.output('name') });
  };

test('a role and its profile are made, kept, and removed without a trace', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring())).toEqual([]);
  expect(await policyOf(stand)).toBe(documentText(accessPolicy(reach)));
  expect(await rolesOf(stand)).toEqual([RoleName]);
  expect(await marked(stand)).toEqual(['aws.iam.instance-profile', 'aws.iam.role']);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
  expect(await marked(stand)).toEqual([]);
});

test('a role that may do something else changes in its place', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring());
  const changes = await stand.changesDuring(() => stand.apply(declaring('another')));
  expect(changes).toEqual(['iam.PutRolePolicy']);
  expect(await policyOf(stand)).toBe(documentText(accessPolicy({ ...reach, bucket: 'another' })));
});

test('what somebody changed by hand is changed back', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring());
  const { iam } = stand.services;
  const everybody = documentText({
    ...machinesTrust(REGION),
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }],
  });
  await stand.run(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: everybody })));
  const everything = documentText({
    ...machinesTrust(REGION),
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });
  const put = { RoleName, PolicyName: 'access', PolicyDocument: everything };
  await stand.run(iam.send(new PutRolePolicyCommand(put)));
  const taken = { InstanceProfileName: RoleName, RoleName };
  await stand.run(iam.send(new RemoveRoleFromInstanceProfileCommand(taken)));
  const other = 'somebody';
  const trust = { AssumeRolePolicyDocument: documentText(machinesTrust(REGION)) };
  await stand.run(iam.send(new CreateRoleCommand({ RoleName: other, ...trust })));
  await stand.run(iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: RoleName, RoleName: other })));
  expect(await stand.plan(declaring())).not.toEqual([]);
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring())).toEqual([]);
  expect(await rolesOf(stand)).toEqual([RoleName]);
  expect(await policyOf(stand)).toBe(documentText(accessPolicy(reach)));
});

test('a role goes with the policies that others gave it', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring());
  const { iam } = stand.services;
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await stand.run(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })));
  const extra = { RoleName, PolicyName: 'extra', PolicyDocument: documentText(machinesTrust(REGION)) };
  await stand.run(iam.send(new PutRolePolicyCommand(extra)));
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});

test("somebody else's role of that name is not touched", async () => {
  const stand = await CloudStand.open();
  const trust = { AssumeRolePolicyDocument: documentText(machinesTrust(REGION)) };
  await stand.run(stand.services.iam.send(new CreateRoleCommand({ RoleName, ...trust })));
  const { failed } = await stand.apply(declaring());
  expect(failed.map(({ code }) => code)).toEqual(['resource.name-taken']);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(stand.changes).toEqual(['iam.CreateRole']);
});

test.each([1, 2, 3, 4, 5, 6])('the meanest weather changes nothing in the end (seed %i)', async (seed) => {
  const stand = await CloudStand.open({ seed, weather: MEAN_WEATHER });
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(await stand.apply(declaring('another'))).toMatchObject({ failed: [] });
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});

async function policyOf({ clock, services: { iam } }: CloudStand): Promise<string> {
  const { PolicyDocument = '' } = await clock.run(
    iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'access' })),
  );
  return decodeURIComponent(PolicyDocument);
}

async function rolesOf({ clock, services: { iam } }: CloudStand): Promise<readonly (string | undefined)[]> {
  const command = new GetInstanceProfileCommand({ InstanceProfileName: RoleName });
  const { InstanceProfile } = await clock.run(iam.send(command));
  return (InstanceProfile?.Roles ?? []).map(({ RoleName: name }) => name);
}

async function marked(stand: CloudStand): Promise<readonly string[]> {
  const objects = await stand.run(markedIdentities(stand.session, stand.context()));
  return objects.map(({ kind }) => kind).toSorted();
}
