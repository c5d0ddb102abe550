import {
  CreateNatGatewayCommand,
  CreateRouteCommand,
  DeleteNatGatewayCommand,
  DeleteSubnetCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  type NatGateway,
} from '@aws-sdk/client-ec2';
import { factsOf } from '../fact.ts';
import type { Judge } from '../judge.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import { makeTable, makeVpc, NOWHERE, running, tagged } from './scenery.ts';
import { type Ec2, NAT_TROUBLE, NAT_MS, allocate, release, makeOutside } from './address-scenery.ts';

interface Nat {
  readonly id: string;
  readonly allocation: string;
  readonly subnetId: string;
  readonly vpcId: string;
}

async function makeNat(aws: Ec2, judge: Judge): Promise<Nat> {
  const { vpcId, subnetId } = await makeOutside(aws);
  const allocation = await allocate(aws);
  const { NatGateway: made } = await aws.ec2.send(natRequest(subnetId, allocation));
  await judge.pass(NAT_MS);
  return { id: made?.NatGatewayId ?? '', allocation, subnetId, vpcId };
}

function natRequest(SubnetId: string, AllocationId: string): CreateNatGatewayCommand {
  return new CreateNatGatewayCommand({ SubnetId, AllocationId, ClientToken: 'nat-of-a-fact' });
}

async function natOf({ ec2 }: Ec2, id: string): Promise<NatGateway | undefined> {
  const Filter = [{ Name: 'nat-gateway-id', Values: [id] }];
  return (await ec2.send(new DescribeNatGatewaysCommand({ Filter }))).NatGateways?.[0];
}

async function deleteNat({ ec2 }: Ec2, NatGatewayId: string): Promise<string> {
  return refusalOf(ec2.send(new DeleteNatGatewayCommand({ NatGatewayId })));
}

const natGateways = factsOf('ec2', {
  'nat-available': {
    fact: 'A NAT gateway becomes available in its subnet, with its address.',
    source: ec2Api('NatGateway'),
    run: async (aws, judge) => {
      const { id, allocation, subnetId, vpcId } = await makeNat(aws, judge);
      const seen = await natOf(aws, id);
      const isThere = seen?.SubnetId === subnetId && seen.VpcId === vpcId;
      return [seen?.State, isThere, seen?.NatGatewayAddresses?.map(({ AllocationId }) => AllocationId === allocation)];
    },
    holds: ['available', true, [true]],
  },
  'nat-tagged': {
    fact: 'A NAT gateway is found by a tag that it got in its create call, by filters that are called Filter.',
    source: ec2Api('DescribeNatGateways'),
    run: async (aws) => {
      const place = { SubnetId: (await makeOutside(aws)).subnetId, AllocationId: await allocate(aws) };
      const TagSpecifications = tagged('natgateway', { 'bootstrap:cluster': 'c1' });
      const { NatGateway: made } = await aws.ec2.send(new CreateNatGatewayCommand({ ...place, TagSpecifications }));
      const Filter = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { NatGateways } = await aws.ec2.send(new DescribeNatGatewaysCommand({ Filter, MaxResults: 1_000 }));
      return NatGateways?.map(({ NatGatewayId }) => NatGatewayId === made?.NatGatewayId);
    },
    holds: [true],
  },
  'nat-token': {
    fact: 'CreateNatGateway makes one for a client token.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => {
      const { subnetId } = await makeOutside(aws);
      const allocation = await allocate(aws);
      const first = await aws.ec2.send(natRequest(subnetId, allocation));
      const second = await aws.ec2.send(natRequest(subnetId, allocation));
      return first.NatGateway?.NatGatewayId === second.NatGateway?.NatGatewayId;
    },
    holds: true,
  },
  'nat-missing': {
    fact: 'A NAT gateway that is not there is NatGatewayNotFound.',
    source: EC2_ERRORS,
    run: (aws) => deleteNat(aws, `nat-${NOWHERE}`),
    holds: 'NatGatewayNotFound 400',
  },
  'nat-missing-subnet': {
    fact: 'A NAT gateway in a subnet that is not there is InvalidSubnetID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => refusalOf(aws.ec2.send(natRequest(`subnet-${NOWHERE}`, await allocate(aws)))),
    holds: 'InvalidSubnetID.NotFound 400',
  },
  'nat-missing-address': {
    fact: 'A NAT gateway with an address that is not there is InvalidAllocationID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => {
      const { subnetId } = await makeOutside(aws);
      return refusalOf(aws.ec2.send(natRequest(subnetId, `eipalloc-${NOWHERE}`)));
    },
    holds: 'InvalidAllocationID.NotFound 400',
  },
  'nat-deleted-shown': {
    fact: 'A deleted NAT gateway is still described, as deleted.',
    source: NAT_TROUBLE,
    run: async (aws, judge) => {
      const { id } = await makeNat(aws, judge);
      const deleted = await deleteNat(aws, id);
      await judge.pass(NAT_MS);
      return [deleted, (await natOf(aws, id))?.State];
    },
    holds: ['accepted', 'deleted'],
  },
  'nat-keeps-subnet': {
    fact: 'A subnet with a NAT gateway is DependencyViolation, and deleted when that is gone.',
    source: issue('coreos/grafiti#89'),
    run: async (aws, judge) => {
      const { id, subnetId: SubnetId } = await makeNat(aws, judge);
      const remove = () => refusalOf(aws.ec2.send(new DeleteSubnetCommand({ SubnetId })));
      const before = await remove();
      await deleteNat(aws, id);
      await judge.pass(NAT_MS);
      return [before, await remove()];
    },
    holds: ['DependencyViolation 400', 'accepted'],
  },
  'nat-keeps-address': {
    fact: 'The address of a NAT gateway is not released before that is gone.',
    source: issue('kubernetes/kops#938'),
    run: async (aws, judge) => {
      const { id, allocation } = await makeNat(aws, judge);
      const before = await release(aws, allocation);
      await deleteNat(aws, id);
      await judge.pass(NAT_MS);
      return [before, await release(aws, allocation)];
    },
    holds: ['AuthFailure 400', 'accepted'],
  },
  'nat-route': {
    fact: 'A route leads to a NAT gateway by its own parameter, and is shown with it.',
    source: ec2Api('CreateRoute'),
    run: async (aws, judge) => {
      const { id: NatGatewayId, vpcId } = await makeNat(aws, judge);
      const RouteTableId = await makeTable(aws, vpcId);
      const route = { RouteTableId, NatGatewayId, DestinationCidrBlock: '0.0.0.0/0' };
      await aws.ec2.send(new CreateRouteCommand(route));
      const asked = { RouteTableIds: [RouteTableId] };
      const { RouteTables } = await aws.ec2.send(new DescribeRouteTablesCommand(asked));
      const found = RouteTables?.[0]?.Routes?.find((one) => one.DestinationCidrBlock === '0.0.0.0/0');
      return [found?.NatGatewayId === NatGatewayId, found?.GatewayId, found?.State];
    },
    holds: [true, undefined, 'active'],
  },
  'nat-route-missing': {
    fact: 'A route to a NAT gateway that is not there is InvalidNatGatewayID.NotFound.',
    source: issue('boto/boto3#779'),
    run: async (aws) => {
      const RouteTableId = await makeTable(aws, await makeVpc(aws));
      const route = { RouteTableId, NatGatewayId: `nat-${NOWHERE}`, DestinationCidrBlock: '0.0.0.0/0' };
      return refusalOf(aws.ec2.send(new CreateRouteCommand(route)));
    },
    holds: 'InvalidNatGatewayID.NotFound 400',
  },
});

const interfaces = factsOf('ec2', {
  'interface-of-machine': {
    fact: 'A machine has an interface in its subnet, attached to it, and no service has made it.',
    source: ec2Api('DescribeNetworkInterfaces'),
    run: async (aws, judge) => {
      const { subnetId } = await makeOutside(aws);
      const machine = await running(aws, judge, subnetId);
      const Filters = [{ Name: 'subnet-id', Values: [subnetId] }];
      const { NetworkInterfaces } = await aws.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
      return NetworkInterfaces?.map(({ Attachment, RequesterManaged, InterfaceType }) => [
        Attachment?.InstanceId === machine,
        RequesterManaged,
        InterfaceType,
      ]);
    },
    holds: [[true, false, 'interface']],
  },
  'interface-of-nat': {
    fact: 'A NAT gateway has an interface in its subnet, which says what it is for.',
    source: docs('AWSEC2/latest/UserGuide/requester-managed-eni.html'),
    run: async (aws, judge) => {
      const { subnetId, id } = await makeNat(aws, judge);
      const Filters = [{ Name: 'subnet-id', Values: [subnetId] }];
      const { NetworkInterfaces } = await aws.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
      return NetworkInterfaces?.map(({ Description, RequesterManaged }) => [
        Description === `Interface for NAT Gateway ${id}`,
        RequesterManaged,
      ]);
    },
    holds: [[true, true]],
  },
  'interface-by-vpc': {
    fact: 'Interfaces are found by their network; without machines there is none.',
    source: ec2Api('DescribeNetworkInterfaces'),
    run: async (aws, judge) => {
      const { vpcId, subnetId } = await makeOutside(aws);
      const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
      const count = async () =>
        (await aws.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces;
      const before = await count();
      await running(aws, judge, subnetId);
      return [before, (await count())?.length];
    },
    holds: [[], 1],
  },
});

export const natFacts = [...natGateways, ...interfaces];
