import {
  AssociateVpcCidrBlockCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredCluster, type DeclaredMachine, ZONES } from '../support/declared-cluster.ts';

const WORKER: DeclaredMachine = { name: 'worker-1', role: 'worker', zones: ZONES };
const RUNS_MAX = 6;
/** A network comes with a route table and a group. */
const THEIRS = ['internet-gateway', 'route-table', 'security-group', 'vpc'];

interface Theirs {
  readonly cidr?: string;
  readonly hasGateway?: boolean;
}

/** A network that somebody has. */
async function makeTheirs(stand: CloudStand, { cidr = '10.0.0.0/16', hasGateway = true }: Theirs = {}) {
  const { ec2 } = stand.services;
  const { Vpc } = await stand.run(ec2.send(new CreateVpcCommand({ CidrBlock: cidr })));
  const VpcId = Vpc?.VpcId ?? '';
  const { InternetGateway } = await stand.run(ec2.send(new CreateInternetGatewayCommand()));
  const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
  const attaching = new AttachInternetGatewayCommand({ VpcId, InternetGatewayId });
  if (hasGateway) await stand.run(ec2.send(attaching));
  return { VpcId, InternetGatewayId };
}

/** Everything that EC2 shows of the networks in the account. */
async function shown(stand: CloudStand): Promise<unknown> {
  const { ec2 } = stand.services;
  const MaxResults = 100;
  const all = {
    vpcs: (await stand.run(ec2.send(new DescribeVpcsCommand({ MaxResults })))).Vpcs,
    gateways: (await stand.run(ec2.send(new DescribeInternetGatewaysCommand({ MaxResults })))).InternetGateways,
    subnets: (await stand.run(ec2.send(new DescribeSubnetsCommand({ MaxResults })))).Subnets,
    tables: (await stand.run(ec2.send(new DescribeRouteTablesCommand({ MaxResults })))).RouteTables,
    groups: (await stand.run(ec2.send(new DescribeSecurityGroupsCommand({ MaxResults })))).SecurityGroups,
  };
  return all;
}

function inside(existing: string, more: DeclaredCluster = {}): DeclaredCluster {
  return { machines: [WORKER], addresses: 'fixed', ...more, network: { ...more.network, existing } };
}

async function refusalOf(stand: CloudStand, cluster: DeclaredCluster): Promise<readonly string[]> {
  const { failed } = await stand.apply(cluster);
  return failed.map(({ address, detail }) => `${address}: ${detail}`);
}

describe('a network that is there already', () => {
  test.each(['public', 'private'] as const)(
    'is used and left exactly as it was (%s topology)',
    { timeout: 20_000 },
    async (topology) => {
      const stand = await CloudStand.open();
      const { VpcId } = await makeTheirs(stand);
      await stand.clock.advance(60_000);
      const before = await shown(stand);
      const cluster = inside(VpcId, { network: { topology } });
      expect(await stand.apply(cluster)).toMatchObject({ ok: true });
      expect((await stand.walk()).filter((kind) => kind === 'vpc' || kind === 'internet-gateway')).toHaveLength(2);
      expect((await stand.machines())[0]?.VpcId).toBe(VpcId);
      expect(await stand.plan(cluster)).toEqual([]);
      expect(await stand.delete()).toMatchObject({ ok: true });
      expect(await shown(stand)).toEqual(before);
      expect((await stand.walk()).filter((kind) => kind !== 'key')).toEqual(THEIRS);
    },
  );

  test('that is not there is refused', async () => {
    const stand = await CloudStand.open();
    expect(await refusalOf(stand, inside('vpc-00000000000000000'))).toEqual([
      'eu-west-3.network: There is no network vpc-00000000000000000 in eu-west-3.',
    ]);
  });

  test('that does not have the range of the machines is refused, with what it has', async () => {
    const stand = await CloudStand.open();
    const { VpcId } = await makeTheirs(stand, { cidr: '10.9.0.0/16' });
    const adding = new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: '100.64.0.0/16' });
    await stand.run(stand.services.ec2.send(adding));
    expect(await refusalOf(stand, inside(VpcId))).toEqual([
      `eu-west-3.network: The machines' range 10.0.0.0/16 is not a part of ${VpcId}, which has 10.9.0.0/16 and 100.64.0.0/16.`,
    ]);
  });

  test('has room in every block that it was given', async () => {
    const stand = await CloudStand.open();
    const { VpcId } = await makeTheirs(stand, { cidr: '10.9.0.0/16' });
    const adding = new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: '10.0.0.0/16' });
    await stand.run(stand.services.ec2.send(adding));
    expect(await stand.apply(inside(VpcId, { machines: [] }))).toMatchObject({ ok: true });
  });

  test('whose owner uses the range of the machines is refused, with what is in the way', async () => {
    const stand = await CloudStand.open();
    const { VpcId } = await makeTheirs(stand);
    const place = { VpcId, CidrBlock: '10.0.240.0/24', AvailabilityZone: ZONES[0] };
    const { Subnet } = await stand.run(stand.services.ec2.send(new CreateSubnetCommand(place)));
    expect(await refusalOf(stand, inside(VpcId))).toEqual([
      `eu-west-3.network: The machines' range 10.0.0.0/16 is not free in ${VpcId}: ${Subnet?.SubnetId} (10.0.240.0/24) is in the way.`,
    ]);
  });

  test('without an internet gateway is refused, and so it is when it loses it', async () => {
    const stand = await CloudStand.open();
    const { VpcId, InternetGatewayId } = await makeTheirs(stand, { hasGateway: false });
    const words = `The network ${VpcId} has no internet gateway, so nothing in it reaches the outside: attach one.`;
    const empty = inside(VpcId, { machines: [] });
    expect(await refusalOf(stand, empty)).toEqual([`eu-west-3.network: ${words}`]);
    const { ec2 } = stand.services;
    await stand.run(ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId })));
    expect(await stand.apply(empty)).toMatchObject({ ok: true });
    await stand.run(ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })));
    expect(await stand.plan(empty)).toEqual(
      expect.arrayContaining(['update eu-west-3.network: gatewayId changed outside of this program']),
    );
    expect(await refusalOf(stand, empty)).toEqual([`eu-west-3.network: ${words}`]);
  });

  test('may get another internet gateway: the routes follow', async () => {
    const stand = await CloudStand.open();
    const { VpcId, InternetGatewayId } = await makeTheirs(stand);
    const empty = inside(VpcId, { machines: [] });
    await stand.apply(empty);
    const { ec2 } = stand.services;
    await stand.run(ec2.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })));
    const { InternetGateway } = await stand.run(ec2.send(new CreateInternetGatewayCommand()));
    const other = { VpcId, InternetGatewayId: InternetGateway?.InternetGatewayId };
    await stand.run(ec2.send(new AttachInternetGatewayCommand(other)));
    expect(await stand.changesDuring(() => stand.apply(empty))).toEqual(['ec2.ReplaceRoute']);
    expect(await stand.plan(empty)).toEqual([]);
  });

  test.each([1, 2])('is used and left as it was, whatever the weather (seed %i)', { timeout: 20_000 }, async (seed) => {
    const weather = { ...CALM_WEATHER };
    const stand = await CloudStand.open({ seed, weather });
    const { VpcId } = await makeTheirs(stand);
    await stand.clock.advance(60_000);
    Object.assign(weather, seed % 2 === 0 ? MILD_WEATHER : { ...MEAN_WEATHER, machines: CALM_WEATHER.machines });
    const cluster = inside(VpcId);
    let isDone = false;
    for (let run = 1; run <= RUNS_MAX && !isDone; run += 1) isDone = (await stand.apply(cluster)).ok;
    expect(isDone).toBe(true);
    await stand.clock.advance(60_000);
    expect(await stand.plan(cluster)).toEqual([]);
    for (let run = 1; run <= RUNS_MAX; run += 1) if ((await stand.delete()).ok) break;
    const left = (await stand.walk()).filter((kind) => kind !== 'key');
    expect(left).toEqual(THEIRS);
  });
});
