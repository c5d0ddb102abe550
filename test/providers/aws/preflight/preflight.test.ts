import {
  AllocateAddressCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInternetGatewaysCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { describe, expect, test } from 'vitest';
import { parseInstanceId } from '#engine/address.ts';
import { MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { clusterSpec, PREFLIGHT_MS, PreflightStand, told, UID } from './preflight-stand.ts';

const LINK = 'https://eu-west-3.console.aws.amazon.com/servicequotas/home/services';

describe('an account that is ready', () => {
  test('is found good in every respect, with numbers, by 16 requests in half a second', async () => {
    const stand = await PreflightStand.open();
    const startMs = stand.clock.monotonicMs();
    const findings = await stand.find();
    expect(stand.clock.monotonicMs() - startMs).toBeLessThan(700);
    expect(told(findings, ['good', 'warning', 'bad'])).toEqual([
      'good credentials: arn:aws:iam::123456789012:user/simulated-operator in account 123456789012.',
      expect.stringMatching(/^good permissions: .*simulated-operator may do all \d+ that are needed\.$/),
      'good zones: eu-west-3a, eu-west-3b, eu-west-3c: available to this account.',
      'good machine-types: t3.large, m6i.large: offered in every zone.',
      expect.stringMatching(/^good image: ami-0\w{16}: there\.$/),
      'good quota.vcpus: vCPUs of Standard machines: 16 of 256 (0 there, 16 more).',
      'good quota.networks: VPCs of the region: 1 of 5 (0 there, 1 more).',
      'good quota.addresses: Elastic IP addresses: 5 of 64 (0 there, 5 more).',
      'good ranges: 10.20.0.0/16: no other VPC of the region has it.',
      'good domain: sites.example.com: after the run, its four name servers are to be set where example.com is kept.',
    ]);
    expect(stand.sent.toSorted()).toEqual([
      'ec2.DescribeAddresses',
      'ec2.DescribeAvailabilityZones',
      'ec2.DescribeImages',
      'ec2.DescribeInstanceTypeOfferings',
      'ec2.DescribeInstanceTypes',
      'ec2.DescribeInstances',
      'ec2.DescribeVpcs',
      'iam.SimulatePrincipalPolicy',
      'iam.SimulatePrincipalPolicy',
      'iam.SimulatePrincipalPolicy',
      'quotas.GetAWSDefaultServiceQuota',
      'quotas.GetServiceQuota',
      'quotas.GetServiceQuota',
      'quotas.GetServiceQuota',
      'route53.ListHostedZones',
      'sts.GetCallerIdentity',
    ]);
  });

  test.each([
    ['mild', MILD_WEATHER],
    ['mean', MEAN_WEATHER],
  ])('is never found bad in %s weather, and nothing is changed by the look', async (_name, weather) => {
    const stand = await PreflightStand.open({ weather, permissions: weather.permissions });
    const findings = await stand.find();
    expect(told(findings, ['bad'])).toEqual([]);
    expect(findings.length).toBeGreaterThan(8);
    expect(stand.sent.filter((name) => !/\.(?:Describe|Get|List|Simulate)/.test(name))).toEqual([]);
  });

  test.each([
    [
      29,
      [
        'warning credentials: The credentials end in 29 min. A run that they end in stops, and goes on when it is called again.',
      ],
    ],
    [31, []],
    [
      -1,
      [
        'warning credentials: The credentials end in 0 min. A run that they end in stops, and goes on when it is called again.',
      ],
    ],
  ])('is told when the credentials end in %i minutes', async (minutes, expected) => {
    const stand = await PreflightStand.open();
    stand.endAt = new Date(stand.clock.wallMs() + minutes * 60_000 + 5_000);
    expect(told(await stand.find())).toEqual(expected);
  });

  test('is asked nothing when nothing of its own is planned', async () => {
    const stand = await PreflightStand.open();
    const spec = clusterSpec();
    const nodes = stand.planOf(spec).changes.filter(({ kind }) => kind === 'node');
    expect(nodes.length).toBeGreaterThan(0);
    expect(await stand.find(spec, { changes: nodes })).toEqual([]);
    expect(stand.sent).toEqual([]);
  });
});

describe('a quota that is too small is told with the exact number and where to ask for more:', () => {
  test('vCPUs, those that run counted', async () => {
    const stand = await PreflightStand.open({ quotas: { vcpus: 17 } });
    await stand.run(stand.services.ec2.send(new RunInstancesCommand(await launch(stand))));
    const findings = (await stand.find()).filter(({ verdict }) => verdict === 'bad');
    expect(findings).toEqual([
      {
        check: 'quota.vcpus',
        verdict: 'bad',
        what: 'vCPUs of Standard machines: 20 needed (4 there, 16 more), and the account may have 17.',
        remedy: `Ask for at least 20: ${LINK}/ec2/quotas/L-1216C47A`,
      },
    ]);
  });

  test('vCPUs of spot machines, which are counted apart', async () => {
    const stand = await PreflightStand.open({ quotas: { spotVcpus: 3 } });
    const spec = clusterSpec();
    const { worker } = spec.nodes;
    const nodes = { ...spec.nodes, ...(worker === undefined ? {} : { worker: { ...worker, spot: true } }) };
    const findings = (await stand.find({ ...spec, nodes })).filter(({ check }) => check === 'quota.vcpus');
    expect(findings).toEqual([
      { check: 'quota.vcpus', verdict: 'good', what: 'vCPUs of Standard machines: 12 of 256 (0 there, 12 more).' },
      {
        check: 'quota.vcpus',
        verdict: 'bad',
        what: 'vCPUs of Standard spot machines: 4 needed (0 there, 4 more), and the account may have 3.',
        remedy: `Ask for at least 4: ${LINK}/ec2/quotas/L-34B43A08`,
      },
    ]);
  });

  test('networks, addresses, NAT gateways and balancers, all at once', async () => {
    const quotas = { vpcs: 1, addresses: 2, natGatewaysPerZone: 0, loadBalancers: 0 };
    const stand = await PreflightStand.open({ quotas });
    await stand.run(stand.services.ec2.send(new CreateVpcCommand({ CidrBlock: '172.16.0.0/16' })));
    await stand.run(stand.services.ec2.send(new AllocateAddressCommand({ Domain: 'vpc' })));
    const spec = clusterSpec();
    const network = {
      ...spec.network,
      topology: 'private',
      nat: 'per-zone',
      balancer: true,
      addresses: 'dynamic',
    } as const;
    const bad = (await stand.find(clusterSpec({ network }))).filter(({ verdict }) => verdict === 'bad');
    expect(told(bad)).toEqual([
      'bad quota.networks: VPCs of the region: 2 needed (1 there, 1 more), and the account may have 1.',
      'bad quota.addresses: Elastic IP addresses: 4 needed (1 there, 3 more), and the account may have 2.',
      'bad quota.balancers: Network load balancers: 1 needed (0 there, 1 more), and the account may have 0.',
      ...['a', 'b', 'c'].map(
        (zone) =>
          `bad quota.nat-gateways: NAT gateways in eu-west-3${zone}: 1 needed (0 there, 1 more), and the account may have 0.`,
      ),
    ]);
    expect(bad.map(({ remedy }) => remedy?.split('/').slice(-3).join('/'))).toEqual([
      'vpc/quotas/L-F678F1CE',
      'ec2/quotas/L-0263D0A3',
      'elasticloadbalancing/quotas/L-69A177A2',
      ...['a', 'b', 'c'].map(() => 'vpc/quotas/L-FE5A380F'),
    ]);
  });
});

describe('permissions', () => {
  test('that are denied are named, and so is where the needed ones are to be seen', async () => {
    const stand = await PreflightStand.open({ permissions: { denied: ['ec2:RunInstances', 'iam:CreateRole'] } });
    const bad = (await stand.find()).filter(({ verdict }) => verdict === 'bad');
    expect(bad).toMatchObject([
      { check: 'permissions', remedy: 'Grant them, or see all that is needed: bootstrap permissions' },
    ]);
    expect(bad[0]?.what).toMatch(/user\/simulated-operator lacks 2 of \d+: ec2:RunInstances, iam:CreateRole\.$/);
  });

  test('that hang on a condition, or on resources that a policy names, are left to the run to tell', async () => {
    const permissions = { conditional: ['ec2:TerminateInstances'], narrow: ['kms:ScheduleKeyDeletion'] };
    const stand = await PreflightStand.open({ permissions });
    const who = 'arn:aws:iam::123456789012:user/simulated-operator';
    expect(told(await stand.find())).toEqual([
      `warning permissions: ${who}: whether it may do ec2:TerminateInstances, kms:ScheduleKeyDeletion depends on conditions or resources of its policies.`,
    ]);
  });

  test('are asked for the role of a session, with the path that the session does not tell', async () => {
    const stand = await PreflightStand.open({ permissions: { caller: 'role', denied: ['s3:CreateBucket'] } });
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const create = new CreateRoleCommand({ RoleName: 'operator', Path: '/people/', AssumeRolePolicyDocument });
    await stand.run(stand.services.iam.send(create));
    expect(told(await stand.find())).toEqual([
      expect.stringMatching(
        /^bad permissions: arn:aws:iam::123456789012:role\/people\/operator lacks 1 of \d+: s3:CreateBucket\.$/,
      ),
    ]);
  });

  test.each([
    ['root', 'The root user of the account may do everything.'],
    ['federated', 'Not looked at: IAM does not simulate arn:aws:sts::123456789012:federated-user/simulated-operator.'],
  ] as const)('of %s are no matter for IAM, and that is said', async (caller, what) => {
    const stand = await PreflightStand.open({ permissions: { caller } });
    expect(told(await stand.find())).toEqual([`warning permissions: ${what}`]);
  });
});

describe('machines and zones:', () => {
  test('types that no chosen zone offers are bad, with the names of both', async () => {
    const stand = await PreflightStand.open();
    const spec = clusterSpec();
    const { storage } = spec.nodes;
    const nodes =
      storage === undefined ? {} : { storage: { ...storage, count: 2, machines: ['m8g.large', 'r8g.large'] } };
    const zones = ['eu-west-3c'];
    expect(told(await stand.find({ ...spec, nodes, zones }))).toEqual([
      'bad machine-types: 2 machines have no place: eu-west-3c offers none of m8g.large, r8g.large.',
    ]);
  });

  test('a type that one zone lacks is a warning: the next one takes its place', async () => {
    const stand = await PreflightStand.open();
    const spec = clusterSpec();
    const { storage } = spec.nodes;
    const nodes = storage === undefined ? {} : { storage: { ...storage, machines: ['m8g.large', 'm6g.large'] } };
    expect(told(await stand.find({ ...spec, nodes }))).toEqual([
      'warning machine-types: Not offered: m8g.large in eu-west-3c.',
    ]);
  });

  test('a zone that the account does not have is bad, with those that it has', async () => {
    const stand = await PreflightStand.open();
    const zones = ['eu-west-3a', 'eu-west-3d'];
    expect(told(await stand.find(clusterSpec({ zones })), ['bad'])).toContain(
      'bad zones: eu-west-3d: not available to this account; it has eu-west-3a, eu-west-3b, eu-west-3c.',
    );
  });

  test('an image that nobody publishes is bad', async () => {
    const stand = await PreflightStand.open();
    const image = { system: 'plan-9', architecture: 'amd64' } as const;
    const found = await stand.find(clusterSpec({ image }));
    expect(told(found)).toEqual(['bad image: There is no image of plan-9 for amd64 in eu-west-3.']);
  });
});

describe('the names and ranges of others:', () => {
  test('a network with the same addresses is a warning with its id', async () => {
    const stand = await PreflightStand.open();
    const { Vpc } = await stand.run(stand.services.ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.128.0/17' })));
    expect(told(await stand.find())).toEqual([
      `warning ranges: 10.20.0.0/16 overlaps ${Vpc?.VpcId} (10.20.128.0/17): both work, but they can never be connected.`,
    ]);
  });

  test('a zone of the same name is a warning with its id', async () => {
    const stand = await PreflightStand.open();
    const id = await makeZone(stand, 'sites.example.com');
    expect(told(await stand.find())).toEqual([
      `warning domain: sites.example.com has a zone in this account already (${id}): with two of one name, only that one answers whose name servers are set above it.`,
    ]);
  });

  test('the zone above, when the account has it, will lead to the new one', async () => {
    const stand = await PreflightStand.open();
    await makeZone(stand, 'com');
    await makeZone(stand, 'example.com');
    expect(told(await stand.find(), ['good'])).toContain(
      'good domain: sites.example.com: the zone example.com of this account will lead to it.',
    );
  });

  test('the zone above that leads elsewhere already is bad', async () => {
    const stand = await PreflightStand.open();
    const id = await makeZone(stand, 'example.com');
    const ResourceRecordSet: ResourceRecordSet = {
      Name: 'sites.example.com',
      Type: 'NS',
      TTL: 300,
      ResourceRecords: [{ Value: 'ns.elsewhere.example.' }],
    };
    const ChangeBatch = { Changes: [{ Action: 'CREATE' as const, ResourceRecordSet }] };
    await stand.run(
      stand.services.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch })),
    );
    expect(told(await stand.find())).toEqual([
      `bad domain: The zone example.com (${id}) leads sites.example.com to ns.elsewhere.example. already.`,
    ]);
  });
});

describe('a network that is there already', () => {
  const inside = (existing: string, ranges: Partial<Record<'pods' | 'services', string>> = {}) => {
    const { network } = clusterSpec();
    return clusterSpec({ network: { ...network, ...ranges, existing } });
  };

  async function makeNetwork(stand: PreflightStand, CidrBlock: string): Promise<string> {
    const { ec2 } = stand.services;
    const { Vpc } = await stand.run(ec2.send(new CreateVpcCommand({ CidrBlock })));
    const { InternetGateway } = await stand.run(ec2.send(new CreateInternetGatewayCommand({})));
    const VpcId = Vpc?.VpcId ?? '';
    const ids = { VpcId, InternetGatewayId: InternetGateway?.InternetGatewayId };
    await stand.run(ec2.send(new AttachInternetGatewayCommand(ids)));
    return VpcId;
  }

  test('is looked up, and is good where it is fit', async () => {
    const stand = await PreflightStand.open();
    const id = await makeNetwork(stand, '10.20.0.0/16');
    const found = await stand.find(inside(id));
    expect(told(found)).toEqual([]);
    expect(told(found, ['good'])).toEqual(
      expect.arrayContaining([
        `good network: ${id}: there.`,
        `good ranges: 10.64.0.0/16, 10.128.0.0/9, 10.112.0.0/16: apart from ${id} and where its routes lead.`,
      ]),
    );
  });

  test('and is not there is bad', async () => {
    const stand = await PreflightStand.open();
    const bad = (await stand.find(inside('vpc-0123456789abcdef0'))).filter(({ verdict }) => verdict === 'bad');
    expect(bad.map(({ check }) => check)).toEqual(['network']);
    expect(bad[0]?.remedy).toContain('network.existing');
    expect(bad[0]?.what).toContain('vpc-0123456789abcdef0');
  });

  test('with addresses of the pods in it is bad', async () => {
    const stand = await PreflightStand.open();
    const id = await makeNetwork(stand, '10.20.0.0/16');
    expect(told(await stand.find(inside(id, { pods: '10.0.0.0/9' })))).toEqual([
      `bad ranges: network.pods 10.0.0.0/9 overlaps 10.20.0.0/16 of ${id}: machines could not reach what is there.`,
    ]);
  });

  test('that leads to addresses of the services is a warning', async () => {
    const stand = await PreflightStand.open();
    const { ec2 } = stand.services;
    const id = await makeNetwork(stand, '10.20.0.0/16');
    const { RouteTable } = await stand.run(ec2.send(new CreateRouteTableCommand({ VpcId: id })));
    const [gateway] = (await stand.run(ec2.send(new DescribeInternetGatewaysCommand({})))).InternetGateways ?? [];
    const route = {
      RouteTableId: RouteTable?.RouteTableId,
      DestinationCidrBlock: '10.112.4.0/24',
      GatewayId: gateway?.InternetGatewayId,
    };
    await stand.run(ec2.send(new CreateRouteCommand(route)));
    expect(told(await stand.find(inside(id)))).toEqual([
      `warning ranges: network.services 10.112.0.0/16 overlaps the route to 10.112.4.0/24 in ${id}: pods could not reach what it leads to.`,
    ]);
  });
});

describe('what an interrupted run has begun', () => {
  test('is not counted twice, and its own network hinders nobody', async () => {
    const stand = await PreflightStand.open({ quotas: { vpcs: 1 } });
    const plan = stand.planOf(clusterSpec());
    const instanceId = parseInstanceId('begunbegunbegun1');
    const tags = [
      { Key: 'bootstrap:cluster', Value: UID },
      { Key: 'bootstrap:instance', Value: instanceId },
    ];
    const TagSpecifications = [{ ResourceType: 'vpc', Tags: tags } as const];
    await stand.run(stand.services.ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16', TagSpecifications })));
    const changes = plan.changes.map((change) =>
      change.kind === 'aws.ec2.vpc' && change.action === 'create' ? { ...change, instanceId } : change,
    );
    expect(told(await stand.find(clusterSpec(), { changes }))).toEqual([]);
    expect(told(await stand.find(clusterSpec(), plan))).toHaveLength(2);
  });
});

describe('what is not answered', () => {
  test.each([
    ['iam:SimulatePrincipalPolicy', ['permissions']],
    ['servicequotas:GetServiceQuota', ['quota.vcpus', 'quota.networks', 'quota.addresses']],
    ['ec2:DescribeInstanceTypeOfferings', ['machine-types']],
    ['ec2:DescribeAvailabilityZones', ['zones']],
    ['ec2:DescribeImages', ['image']],
    ['ec2:DescribeInstances', ['quota.vcpus']],
    ['ec2:DescribeInstanceTypes', ['quota.vcpus']],
    ['ec2:DescribeVpcs', ['quota.networks', 'ranges']],
    ['ec2:DescribeAddresses', ['quota.addresses']],
    ['route53:ListHostedZones', ['domain']],
  ])('for want of %s is a warning that names it', async (action, checks) => {
    const stand = await PreflightStand.open({ permissions: { denied: [action] } });
    const found = (await stand.find()).filter(({ what }) => what.startsWith('Not looked at'));
    expect(found.map(({ check, verdict, what }) => [check, verdict, what])).toEqual(
      checks.map((check) => [check, 'warning', `Not looked at: the credentials lack ${action}.`]),
    );
  });

  test.each([
    ['quotas', 'servicequotas', ['quota.vcpus', 'quota.networks', 'quota.addresses']],
    ['iam', 'iam', ['permissions']],
    ['route53', 'route53', ['domain']],
  ])('by %s within eight seconds is a warning that names it', async (service, name, checks) => {
    const stand = await PreflightStand.open();
    stand.silent = service;
    const startMs = stand.clock.monotonicMs();
    const found = (await stand.find()).filter(({ verdict }) => verdict !== 'good');
    expect(stand.clock.monotonicMs() - startMs).toBeLessThanOrEqual(PREFLIGHT_MS + 100);
    expect(found.map(({ check }) => check)).toEqual(checks);
    for (const { what } of found) expect(what).toContain(`Not looked at: ${name} did not answer `);
  });
});

async function launch(stand: PreflightStand) {
  const { ec2 } = stand.services;
  const { Vpc } = await stand.run(ec2.send(new CreateVpcCommand({ CidrBlock: '172.20.0.0/16' })));
  const subnet = new CreateSubnetCommand({
    VpcId: Vpc?.VpcId,
    CidrBlock: '172.20.0.0/24',
    AvailabilityZone: 'eu-west-3a',
  });
  const { Subnet } = await stand.run(ec2.send(subnet));
  const { Images = [] } = await stand.run(ec2.send(new DescribeImagesCommand({ Owners: ['136693071363'] })));
  const image = Images.find(({ Architecture }) => Architecture === 'x86_64');
  return {
    ImageId: image?.ImageId,
    InstanceType: 't3.large',
    SubnetId: Subnet?.SubnetId,
    MinCount: 2,
    MaxCount: 2,
    ClientToken: `other-${UID}`,
  } as const;
}

async function makeZone(stand: PreflightStand, Name: string): Promise<string> {
  const create = new CreateHostedZoneCommand({ Name, CallerReference: `other ${Name}` });
  const { HostedZone } = await stand.run(stand.services.route53.send(create));
  return (HostedZone?.Id ?? '').replace('/hostedzone/', '');
}
