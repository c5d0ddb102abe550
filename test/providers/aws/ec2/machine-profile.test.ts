import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { documentText } from '#providers/aws/iam/document-text.ts';
import { machinesTrust } from '#providers/aws/iam/policies.ts';
import { CALM_WEATHER, MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, type DeclaredCluster, UID, ZONES } from '../support/declared-cluster.ts';

const CLUSTER: DeclaredCluster = { machines: [{ name: 'control-plane-1', role: 'control-plane', zones: ZONES }] };
const ANOTHER_ROLE: DeclaredCluster = { ...CLUSTER, controlPlaneRole: 'another' };
const PROFILE = `bootstrap-${UID}-control-plane`;
const RUNS_MAX = 4;
const ADDRESS = 'eu-west-3.machine.control-plane-1';

/** What EC2 says of the role of the only machine. */
async function roleOf(stand: CloudStand) {
  const [{ InstanceId = '', IamInstanceProfile } = {}] = await stand.machines();
  const asking = new DescribeIamInstanceProfileAssociationsCommand({ MaxResults: 100 });
  const { IamInstanceProfileAssociations = [] } = await stand.run(stand.services.ec2.send(asking));
  const [{ AssociationId = '' } = {}] = IamInstanceProfileAssociations;
  const { Arn = '', Id = '' } = IamInstanceProfile ?? {};
  return { InstanceId, AssociationId, profile: Arn.split('/').at(-1), Id };
}

/** Somebody else's, with a role in it. */
async function makeProfile(stand: CloudStand, name: string): Promise<void> {
  const trust = { AssumeRolePolicyDocument: documentText(machinesTrust(REGION)) };
  await stand.run(stand.services.iam.send(new CreateRoleCommand({ RoleName: name, ...trust })));
  await stand.run(stand.services.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name })));
  await stand.run(
    stand.services.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name })),
  );
}

test('a machine is launched although EC2 has not heard of its profile, and is given its role later', async () => {
  const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, iamPropagationMs: 300_000 } });
  expect(await stand.apply(CLUSTER)).toMatchObject({ ok: true });
  const retried = stand.events.flatMap((event) => (event.type === 'retrying' ? event.purpose : []));
  expect(new Set(retried)).toEqual(new Set(['give the machine its role']));
  expect(stand.changes.filter((operation) => operation === 'ec2.RunInstances')).toHaveLength(1);
  expect(await roleOf(stand)).toMatchObject({ profile: PROFILE });
});

test('every machine has the role of what it is for', async () => {
  const stand = await CloudStand.open();
  await stand.apply({});
  const profiles = (await stand.machines()).map(
    ({ Tags = [], IamInstanceProfile }) =>
      `${Tags.find(({ Key }) => Key === 'Name')?.Value}: ${IamInstanceProfile?.Arn?.split('/').at(-1)}`,
  );
  expect(new Set(profiles)).toEqual(
    new Set([`blog control-plane: ${PROFILE}`, `blog worker: bootstrap-${UID}-worker`]),
  );
});

describe('the role of a machine', () => {
  test('is given once, found unchanged, and goes with the machine', async () => {
    const stand = await CloudStand.open();
    await stand.apply(CLUSTER);
    expect(await stand.plan(CLUSTER)).toEqual([]);
    const changes = await stand.changesDuring(() => stand.delete());
    expect(changes.filter((operation) => operation.includes('Iam'))).toEqual([]);
    expect(await stand.walk()).toEqual([]);
  });

  test('becomes another one in one request, and the machine stays', async () => {
    const stand = await CloudStand.open();
    await stand.apply(CLUSTER);
    const before = await roleOf(stand);
    const changes = await stand.changesDuring(() => stand.apply(ANOTHER_ROLE));
    expect(changes.filter((operation) => operation.startsWith('ec2.'))).toEqual([
      'ec2.ReplaceIamInstanceProfileAssociation',
    ]);
    const after = await roleOf(stand);
    expect(after).toMatchObject({ InstanceId: before.InstanceId, profile: `bootstrap-${UID}-another` });
    expect(await stand.plan(ANOTHER_ROLE)).toEqual([]);
  });

  test('is given again when somebody has taken it away', async () => {
    const stand = await CloudStand.open();
    await stand.apply(CLUSTER);
    const { AssociationId } = await roleOf(stand);
    await stand.run(stand.services.ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId })));
    expect((await stand.plan(CLUSTER))[0]).toBe(`update ${ADDRESS}: profileId changed outside of this program`);
    await stand.apply(CLUSTER);
    expect(await roleOf(stand)).toMatchObject({ profile: PROFILE });
  });

  test('is put back where somebody has put another one', async () => {
    const stand = await CloudStand.open();
    await stand.apply(CLUSTER);
    await makeProfile(stand, 'theirs');
    const { AssociationId } = await roleOf(stand);
    const turn = { AssociationId, IamInstanceProfile: { Name: 'theirs' } };
    await stand.run(stand.services.ec2.send(new ReplaceIamInstanceProfileAssociationCommand(turn)));
    expect((await stand.plan(CLUSTER))[0]).toBe(`update ${ADDRESS}: profileId changed outside of this program`);
    await stand.apply(CLUSTER);
    expect(await roleOf(stand)).toMatchObject({ profile: PROFILE });
    expect(await stand.plan(CLUSTER)).toEqual([]);
  });

  test('takes the place of one that somebody gives it while it is launched', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ ...CLUSTER, machines: [] });
    await makeProfile(stand, 'theirs');
    await stand.apply(CLUSTER, { leaveAfterMs: 12_000 });
    const { InstanceId } = await roleOf(stand);
    await stand.clock.advance(20_000);
    const giving = { InstanceId, IamInstanceProfile: { Name: 'theirs' } };
    await stand.run(stand.services.ec2.send(new AssociateIamInstanceProfileCommand(giving)));
    expect(await stand.apply(CLUSTER)).toMatchObject({ ok: true });
    expect(await roleOf(stand)).toMatchObject({ InstanceId, profile: PROFILE });
  });

  test('is given anew when its profile was deleted and is made again, though both have one name', async () => {
    const stand = await CloudStand.open();
    await stand.apply(CLUSTER);
    const before = await roleOf(stand);
    const { iam } = stand.services;
    const names = { InstanceProfileName: PROFILE, RoleName: PROFILE };
    await stand.run(iam.send(new RemoveRoleFromInstanceProfileCommand(names)));
    await stand.run(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: PROFILE })));
    expect(await stand.apply(CLUSTER)).toMatchObject({ ok: true });
    const { InstanceProfile } = await stand.run(
      iam.send(new GetInstanceProfileCommand({ InstanceProfileName: PROFILE })),
    );
    const after = await roleOf(stand);
    expect(after).toEqual({ ...before, AssociationId: after.AssociationId, Id: InstanceProfile?.InstanceProfileId });
    expect(after.Id).not.toBe(before.Id);
    expect(await stand.plan(CLUSTER)).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6])('is what it is to be in the end, whatever the weather (seed %i)', async (seed) => {
    const { machines } = CALM_WEATHER;
    const stand = await CloudStand.open({ seed, weather: { ...MEAN_WEATHER, machines } });
    for (const cluster of [CLUSTER, ANOTHER_ROLE]) {
      let isMade = false;
      for (let run = 1; run <= RUNS_MAX && !isMade; run += 1) isMade = (await stand.apply(cluster)).ok;
      expect(isMade).toBe(true);
      await stand.clock.advance(60_000);
      expect(await stand.plan(cluster)).toEqual([]);
    }
    const given = stand.changes.filter((operation) => operation === 'ec2.AssociateIamInstanceProfile');
    expect(given).toHaveLength(1);
  });
});
