import {
  DeleteNatGatewayCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  type Route,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { tagValue } from '#providers/aws/tags.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredCluster, type DeclaredMachine, ZONES } from '../support/declared-cluster.ts';

const WORKER: DeclaredMachine = { name: 'worker-1', role: 'worker', zones: ZONES.slice(1, 2) };
const PER_ZONE: DeclaredCluster = { machines: [WORKER], network: { topology: 'private' } };
const SINGLE: DeclaredCluster = { machines: [WORKER], network: { topology: 'private', nat: 'single' } };
const EMPTY: DeclaredCluster = { ...PER_ZONE, machines: [] };
const NETWORK = 'eu-west-3.network';
const RUNS_MAX = 6;

/** By the names that people see: where each table leads. */
async function waysOut(stand: CloudStand): Promise<readonly string[]> {
  const { ec2 } = stand.services;
  const { RouteTables = [] } = await stand.run(ec2.send(new DescribeRouteTablesCommand({ MaxResults: 100 })));
  const gateways = await natGateways(stand);
  const nameOf = ({ GatewayId, NatGatewayId }: Route): string => {
    const gateway = gateways.find((one) => one.NatGatewayId === NatGatewayId && NatGatewayId !== undefined);
    return gateway === undefined ? (GatewayId ?? '').replace(/-.*/, '') : short(gateway.Tags);
  };
  return RouteTables.flatMap(({ Tags, Routes = [] }) =>
    Routes.filter(({ GatewayId }) => GatewayId !== 'local').map(
      (route) => `${short(Tags)} to ${nameOf(route)}: ${route.State}`,
    ),
  ).toSorted();
}

async function natGateways(stand: CloudStand) {
  const listing = stand.services.ec2.send(new DescribeNatGatewaysCommand({ MaxResults: 100 }));
  return (await stand.run(listing)).NatGateways ?? [];
}

function short(tags: Parameters<typeof tagValue>[0]): string {
  return (tagValue(tags, 'Name') ?? '').replace(`${NETWORK}.`, '').replaceAll('eu-west-3', '');
}

describe('a private network', () => {
  test('has a public part and a private one in each zone, and machines have no public address', async () => {
    const stand = await CloudStand.open();
    expect(await stand.apply(PER_ZONE)).toMatchObject({ ok: true });
    const listing = new DescribeSubnetsCommand({ MaxResults: 100 });
    const { Subnets = [] } = await stand.run(stand.services.ec2.send(listing));
    const lines = Subnets.map(
      ({ Tags, CidrBlock, MapPublicIpOnLaunch }) => `${short(Tags)} ${CidrBlock} ${MapPublicIpOnLaunch}`,
    );
    expect(lines.toSorted()).toEqual([
      'a 10.0.0.0/20 false',
      'a.public 10.0.224.0/24 true',
      'b 10.0.16.0/20 false',
      'b.public 10.0.225.0/24 true',
      'c 10.0.32.0/20 false',
      'c.public 10.0.226.0/24 true',
    ]);
    const [machine] = await stand.machines();
    expect(machine?.PublicIpAddress).toBeUndefined();
    expect(Subnets.find(({ SubnetId }) => SubnetId === machine?.SubnetId)?.CidrBlock).toBe('10.0.16.0/20');
    expect(await waysOut(stand)).toEqual([
      'a.table to a.nat: active',
      'b.table to b.nat: active',
      'c.table to c.nat: active',
      'routes to igw: active',
    ]);
    expect(await stand.plan(PER_ZONE)).toEqual([]);
  });

  test('turns its routes, and nothing else, when one gateway is to serve all zones, and back', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PER_ZONE);
    const before = await stand.machines();
    const fewer = await stand.changesDuring(() => stand.apply(SINGLE));
    // No zone is without a way out: its route leads to the other gateway before its own goes.
    expect(fewer.slice(0, 2)).toEqual(['ec2.ReplaceRoute', 'ec2.ReplaceRoute']);
    expect(fewer.slice(2).toSorted()).toEqual([
      'ec2.DeleteNatGateway',
      'ec2.DeleteNatGateway',
      'ec2.ReleaseAddress',
      'ec2.ReleaseAddress',
    ]);
    expect(await waysOut(stand)).toEqual([
      'a.table to a.nat: active',
      'b.table to a.nat: active',
      'c.table to a.nat: active',
      'routes to igw: active',
    ]);
    expect(await stand.plan(SINGLE)).toEqual([]);
    const more = await stand.changesDuring(() => stand.apply(PER_ZONE));
    expect(more.slice(-2)).toEqual(['ec2.ReplaceRoute', 'ec2.ReplaceRoute']);
    expect(more.slice(0, -2).toSorted()).toEqual([
      'ec2.AllocateAddress',
      'ec2.AllocateAddress',
      'ec2.CreateNatGateway',
      'ec2.CreateNatGateway',
    ]);
    expect((await stand.machines()).map(({ InstanceId }) => InstanceId)).toEqual(
      before.map(({ InstanceId }) => InstanceId),
    );
    expect(await stand.plan(PER_ZONE)).toEqual([]);
  });

  test('launches a machine when its own zone leads out, and does not wait for the others', async () => {
    const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, natGatewayFails: 0 } });
    await stand.apply(EMPTY);
    const [first] = (await natGateways(stand)).filter(({ Tags }) => short(Tags) === 'a.nat');
    const removing = new DeleteNatGatewayCommand({ NatGatewayId: first?.NatGatewayId });
    await stand.run(stand.services.ec2.send(removing));
    await stand.clock.advance(200_000);
    const changes = await stand.changesDuring(() => stand.apply(PER_ZONE));
    expect(changes).toContain('ec2.CreateNatGateway');
    expect(changes.indexOf('ec2.RunInstances')).toBeLessThan(changes.lastIndexOf('ec2.ReplaceRoute'));
    expect(await waysOut(stand)).toContain('a.table to a.nat: active');
    expect(await stand.plan(PER_ZONE)).toEqual([]);
  });

  test('makes a gateway anew that has failed, with the address of the first', async () => {
    let left = 1;
    const weather = {
      ...CALM_WEATHER,
      get natGatewayFails() {
        left -= 1;
        return left >= 0 ? 1 : 0;
      },
    };
    const stand = await CloudStand.open({ weather });
    expect(await stand.apply({ ...SINGLE, machines: [] })).toMatchObject({ ok: true });
    const all = await natGateways(stand);
    expect(all.map(({ State }) => String(State)).toSorted()).toEqual(['available', 'deleted']);
    expect(new Set(all.map(({ NatGatewayAddresses: [one] = [] }) => one?.AllocationId)).size).toBe(1);
  });

  test('gives up on a gateway that fails again and again, and says what EC2 says', async () => {
    const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, natGatewayFails: 1 } });
    const { failed } = await stand.apply({ ...SINGLE, machines: [] });
    expect(failed.map(({ code, address }) => `${code} ${address}`)).toEqual([
      `resource.keeps-breaking ${NETWORK}.eu-west-3a.nat`,
    ]);
    await stand.delete();
    expect((await stand.walk()).filter((kind) => kind !== 'key')).toEqual([]);
  });

  test('is gone with all its parts, gateways before their addresses', async () => {
    const stand = await CloudStand.open();
    await stand.apply(PER_ZONE);
    const changes = await stand.changesDuring(() => stand.delete());
    const ends = changes.filter((operation) => /NatGateway|ReleaseAddress/.test(operation));
    expect(ends).toEqual([
      ...Array<string>(3).fill('ec2.DeleteNatGateway'),
      ...Array<string>(3).fill('ec2.ReleaseAddress'),
    ]);
    expect((await stand.walk()).filter((kind) => kind !== 'key')).toEqual([]);
  });

  test.each([1, 2, 3, 4])('is as declared in the end, whatever the weather (seed %i)', async (seed) => {
    const weather = seed % 2 === 0 ? MILD_WEATHER : { ...MEAN_WEATHER, machines: CALM_WEATHER.machines };
    const stand = await CloudStand.open({ seed, weather });
    for (const cluster of [PER_ZONE, SINGLE, EMPTY]) {
      let isDone = false;
      for (let run = 1; run <= RUNS_MAX && !isDone; run += 1) isDone = (await stand.apply(cluster)).ok;
      expect(isDone).toBe(true);
      await stand.clock.advance(60_000);
      expect(await stand.plan(cluster)).toEqual([]);
      const gateways = (await stand.walk()).filter((kind) => kind === 'natgateway');
      expect(gateways).toHaveLength(cluster === SINGLE ? 1 : 3);
    }
    for (let run = 1; run <= RUNS_MAX; run += 1) if ((await stand.delete()).ok) break;
    expect((await stand.walk()).filter((kind) => kind !== 'key')).toEqual([]);
  });
});
