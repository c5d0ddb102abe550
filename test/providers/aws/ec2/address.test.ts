import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ListHostedZonesCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { describe, expect, test } from 'vitest';
import { tagValue } from '#providers/aws/tags.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredCluster, type DeclaredMachine, ZONES } from '../support/declared-cluster.ts';

const WORKER: DeclaredMachine = { name: 'worker-1', role: 'worker', zones: ZONES };
const FIXED: DeclaredCluster = { machines: [WORKER], addresses: 'fixed' };
const FOLLOWED: DeclaredCluster = { machines: [WORKER], addresses: 'followed' };
const ASSOCIATION = 'eu-west-3.machine.worker-1.address';
const RUNS_MAX = 6;

async function addresses(stand: CloudStand) {
  const { Addresses = [] } = await stand.run(stand.services.ec2.send(new DescribeAddressesCommand()));
  return Addresses;
}

/** The only machine and the only address. */
async function pair(stand: CloudStand) {
  const [{ InstanceId = '', PublicIpAddress } = {}] = await stand.machines();
  const [{ AllocationId = '', AssociationId = '', PublicIp, InstanceId: user } = {}] = await addresses(stand);
  return { InstanceId, PublicIpAddress, AllocationId, AssociationId, PublicIp, user };
}

/** Where the name of the site leads. */
async function siteAddresses(stand: CloudStand): Promise<readonly string[]> {
  const { route53 } = stand.services;
  const { HostedZones = [] } = await stand.run(route53.send(new ListHostedZonesCommand()));
  const asking = new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id });
  const { ResourceRecordSets = [] } = await stand.run(route53.send(asking));
  const records = ResourceRecordSets.filter(({ Type }) => Type === 'A');
  return records.flatMap(({ ResourceRecords = [] }) => ResourceRecords.map(({ Value = '' }) => Value));
}

/** A machine without any mark, beside ours. */
async function launchTheirs(stand: CloudStand): Promise<string> {
  const [{ ImageId, SubnetId } = {}] = await stand.machines();
  const size = { InstanceType: 'm7i.large', MinCount: 1, MaxCount: 1 } as const;
  const launching = new RunInstancesCommand({ ImageId, SubnetId, ...size });
  const { Instances = [] } = await stand.run(stand.services.ec2.send(launching));
  await stand.clock.advance(60_000);
  return Instances[0]?.InstanceId ?? '';
}

/** As a person does it who runs the command again until it has worked. */
async function applyUntilDone(stand: CloudStand, cluster: DeclaredCluster): Promise<void> {
  for (let run = 1; run <= RUNS_MAX; run += 1) if ((await stand.apply(cluster)).ok) return;
  throw new RangeError('It was never done.');
}

describe('a fixed address', () => {
  test('is given to its machine, names point at it, and it is found unchanged', async () => {
    const stand = await CloudStand.open();
    expect(await stand.apply(FIXED)).toMatchObject({ ok: true });
    const { InstanceId, PublicIpAddress, PublicIp, user } = await pair(stand);
    expect(user).toBe(InstanceId);
    expect(PublicIpAddress).toBe(PublicIp);
    expect(await siteAddresses(stand)).toEqual([PublicIp]);
    expect(await stand.plan(FIXED)).toEqual([]);
  });

  test('is reserved without waiting for the machine, and so the name does not wait for it either', async () => {
    const stand = await CloudStand.open();
    await stand.apply(FIXED, { leaveAfterMs: 15_000 });
    expect(await stand.machines()).toHaveLength(1);
    const [address] = await addresses(stand);
    expect(address?.InstanceId).toBeUndefined();
    expect(await siteAddresses(stand)).toEqual([address?.PublicIp]);
  });

  test('moves over to the machine that takes the place of the first, and nothing else changes for visitors', async () => {
    const stand = await CloudStand.open();
    await stand.apply(FIXED);
    const before = await pair(stand);
    const larger = { ...FIXED, machines: [{ ...WORKER, types: ['m7i.xlarge'] }] };
    const changes = await stand.changesDuring(() => stand.apply(larger));
    const after = await pair(stand);
    expect(after).toMatchObject({ AllocationId: before.AllocationId, PublicIp: before.PublicIp });
    expect(after.InstanceId).not.toBe(before.InstanceId);
    expect(after.user).toBe(after.InstanceId);
    expect(changes.filter((operation) => /Address|Record/.test(operation))).toEqual(['ec2.AssociateAddress']);
    expect(await stand.plan(larger)).toEqual([]);
  });

  test('moves over from a machine that somebody has ended', async () => {
    const stand = await CloudStand.open();
    await stand.apply(FIXED);
    const before = await pair(stand);
    const ending = new TerminateInstancesCommand({ InstanceIds: [before.InstanceId] });
    await stand.run(stand.services.ec2.send(ending));
    expect(await stand.apply(FIXED)).toMatchObject({ ok: true });
    const after = await pair(stand);
    expect(after).toMatchObject({ PublicIp: before.PublicIp, user: after.InstanceId });
    expect(after.InstanceId).not.toBe(before.InstanceId);
  });

  test('is given back with its machine, once that has let go of it', async () => {
    const stand = await CloudStand.open();
    const two = { ...FIXED, machines: [WORKER, { ...WORKER, name: 'worker-2' }] };
    await stand.apply(two);
    const kept = (await siteAddresses(stand)).toSorted();
    const changes = await stand.changesDuring(() => stand.apply(FIXED));
    expect(await addresses(stand)).toHaveLength(1);
    expect(kept).toContain((await pair(stand)).PublicIp);
    expect(changes.filter((operation) => operation.includes('Address'))).toEqual(['ec2.ReleaseAddress']);
    expect(await stand.plan(FIXED)).toEqual([]);
  });

  test('is given again when somebody has taken it away, or to another machine', async () => {
    const stand = await CloudStand.open();
    const two = { ...FIXED, machines: [WORKER, { ...WORKER, name: 'worker-2' }] };
    await stand.apply(FIXED);
    const { AssociationId, AllocationId, InstanceId } = await pair(stand);
    await stand.run(stand.services.ec2.send(new DisassociateAddressCommand({ AssociationId })));
    expect(await stand.plan(FIXED)).toEqual([`create ${ASSOCIATION}: it was there and is gone`]);
    await stand.apply(two);
    const other = (await stand.machines()).find((machine) => machine.InstanceId !== InstanceId);
    const moving = { AllocationId, InstanceId: other?.InstanceId };
    await stand.run(stand.services.ec2.send(new AssociateAddressCommand(moving)));
    expect(await stand.apply(two)).toMatchObject({ ok: true });
    const users = (await addresses(stand)).map((address) => address.InstanceId);
    expect(new Set(users)).toEqual(new Set([InstanceId, other?.InstanceId]));
    expect(await stand.plan(two)).toEqual([]);
  });

  test('makes way for what the machine has of itself, and takes its place again, each in one run', async () => {
    const stand = await CloudStand.open();
    await stand.apply(FIXED);
    const fixed = await pair(stand);
    expect(await stand.apply(FOLLOWED)).toMatchObject({ ok: true });
    const followed = await pair(stand);
    expect(followed).toMatchObject({ InstanceId: fixed.InstanceId, AllocationId: '' });
    expect(followed.PublicIpAddress).not.toBe(fixed.PublicIp);
    expect(await siteAddresses(stand)).toEqual([followed.PublicIpAddress]);
    expect(await stand.plan(FOLLOWED)).toEqual([]);
    expect(await stand.apply(FIXED)).toMatchObject({ ok: true });
    const again = await pair(stand);
    expect(again).toMatchObject({ InstanceId: fixed.InstanceId, user: fixed.InstanceId });
    expect(await siteAddresses(stand)).toEqual([again.PublicIp]);
    expect(await stand.plan(FIXED)).toEqual([]);
  });

  test('that somebody has given to a machine of his own is left there, and the run says which', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ ...FIXED, machines: [WORKER, { ...WORKER, name: 'worker-2' }] });
    const second = (await addresses(stand)).find(({ Tags }) => tagValue(Tags, 'Name')?.endsWith('worker-2'));
    const theirs = await launchTheirs(stand);
    const moving = { AllocationId: second?.AllocationId, InstanceId: theirs };
    await stand.run(stand.services.ec2.send(new AssociateAddressCommand(moving)));
    const { failed } = await stand.apply(FIXED);
    expect(failed.map(({ code, address, detail }) => ({ code, address, detail }))).toEqual([
      {
        code: 'call.blocked',
        address: 'eu-west-3.address.worker-2',
        detail: `Waited in vain for ${theirs} to let go of the address ${second?.PublicIp}.`,
      },
    ]);
    expect((await addresses(stand)).find(({ InstanceId }) => InstanceId === theirs)).toBeDefined();
  });

  test.each([1, 2, 3, 4, 5, 6])('is one for each machine in the end, whatever the weather (seed %i)', async (seed) => {
    const weather = seed % 2 === 0 ? MILD_WEATHER : { ...MEAN_WEATHER, machines: CALM_WEATHER.machines };
    const stand = await CloudStand.open({ seed, weather });
    for (const cluster of [FIXED, FOLLOWED, FIXED]) {
      await applyUntilDone(stand, cluster);
      await stand.clock.advance(60_000);
      expect(await stand.plan(cluster)).toEqual([]);
      const isFixed = cluster === FIXED;
      expect((await stand.walk()).filter((kind) => kind === 'elastic-ip')).toHaveLength(isFixed ? 1 : 0);
    }
    for (let run = 1; run <= RUNS_MAX; run += 1) if ((await stand.delete()).ok) break;
    expect((await stand.walk()).filter((kind) => kind !== 'key')).toEqual([]);
  });
});

test('an address that nobody has marked is no business of ours', async () => {
  const stand = await CloudStand.open();
  await stand.run(stand.services.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' })));
  await stand.apply(FIXED);
  await stand.delete();
  expect(await addresses(stand)).toHaveLength(1);
});
