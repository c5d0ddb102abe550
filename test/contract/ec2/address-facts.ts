import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { EC2_ERRORS, EC2_IDEMPOTENCY, ec2Api, issue } from '../sources.ts';
import { BOOT_MS, look, makeSubnet, makeVpc, NOWHERE, running, tagged } from './scenery.ts';
import { ADDRESSING, allocate, release, addressOf, makeOutside, outsideMachine, associate } from './address-scenery.ts';

export const addressFacts = factsOf('ec2', {
  'address-twice': {
    fact: 'AllocateAddress has neither token nor name: sent twice, it makes two.',
    source: EC2_IDEMPOTENCY,
    run: async (aws) => (await allocate(aws)) === (await allocate(aws)),
    holds: false,
  },
  'address-tagged': {
    fact: 'An address is found by a tag that it got in its create call.',
    source: ec2Api('AllocateAddress'),
    run: async ({ ec2 }) => {
      const TagSpecifications = tagged('elastic-ip', { 'bootstrap:cluster': 'c1' });
      const { AllocationId, PublicIp } = await ec2.send(
        new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications }),
      );
      const Filters = [{ Name: 'tag:bootstrap:cluster', Values: ['c1'] }];
      const { Addresses } = await ec2.send(new DescribeAddressesCommand({ Filters }));
      return Addresses?.map((seen) => [seen.AllocationId === AllocationId, seen.PublicIp === PublicIp]);
    },
    holds: [[true, true]],
  },
  'address-by-id': {
    fact: 'Addresses are found by the filter allocation-id.',
    source: ec2Api('DescribeAddresses'),
    run: async (aws) => {
      const id = await allocate(aws);
      await allocate(aws);
      const Filters = [{ Name: 'allocation-id', Values: [id] }];
      const { Addresses } = await aws.ec2.send(new DescribeAddressesCommand({ Filters }));
      return Addresses?.map(({ AllocationId }) => AllocationId === id);
    },
    holds: [true],
  },
  'address-associated': {
    fact: 'An associated address tells its machine, and the machine has it.',
    source: ec2Api('AssociateAddress'),
    run: async (aws, judge) => {
      const machine = await outsideMachine(aws, judge);
      const id = await allocate(aws);
      const association = await associate(aws, id, machine);
      const seen = await addressOf(aws, id);
      const shown = (await look(aws, machine))?.PublicIpAddress;
      return [seen?.InstanceId === machine, seen?.AssociationId === association, shown === seen?.PublicIp];
    },
    holds: [true, true, true],
  },
  'address-associated-again': {
    fact: 'An address may be given again to the machine that has it.',
    source: ec2Api('AssociateAddress'),
    run: async (aws, judge) => {
      const machine = await outsideMachine(aws, judge);
      const id = await allocate(aws);
      await associate(aws, id, machine);
      return refusalOf(associate(aws, id, machine));
    },
    holds: 'accepted',
  },
  'address-moves': {
    fact: 'An address moves to another machine, if it may.',
    source: ec2Api('AssociateAddress'),
    run: async (aws, judge) => {
      const { subnetId } = await makeOutside(aws);
      const [first, second] = [
        await running(aws, judge, subnetId),
        await running(aws, judge, subnetId, { ClientToken: 'another' }),
      ];
      const id = await allocate(aws);
      await associate(aws, id, first);
      await associate(aws, id, second);
      return (await addressOf(aws, id))?.InstanceId === second;
    },
    holds: true,
  },
  'address-may-not-move': {
    fact: 'An address that may not move is Resource.AlreadyAssociated.',
    source: issue('NixOS/nixops-aws#143'),
    run: async (aws, judge) => {
      const { subnetId } = await makeOutside(aws);
      const AllocationId = await allocate(aws);
      await associate(aws, AllocationId, await running(aws, judge, subnetId));
      const InstanceId = await running(aws, judge, subnetId, { ClientToken: 'another' });
      const asked = { AllocationId, InstanceId, AllowReassociation: false };
      return refusalOf(aws.ec2.send(new AssociateAddressCommand(asked)));
    },
    holds: 'Resource.AlreadyAssociated 400',
  },
  'address-no-gateway': {
    fact: 'A machine whose VPC has no internet gateway is given no address: Gateway.NotAttached.',
    source: EC2_ERRORS,
    run: async (aws, judge) => {
      const machine = await running(aws, judge, await makeSubnet(aws, await makeVpc(aws)));
      return refusalOf(associate(aws, await allocate(aws), machine));
    },
    holds: 'Gateway.NotAttached 400',
  },
  'address-missing': {
    fact: 'An address that is not there is InvalidAllocationID.NotFound.',
    source: EC2_ERRORS,
    run: (aws) => release(aws, `eipalloc-${NOWHERE}`),
    holds: 'InvalidAllocationID.NotFound 400',
  },
  'address-missing-associated': {
    fact: 'An address that is not there is not associated: InvalidAllocationID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws, judge) => refusalOf(associate(aws, `eipalloc-${NOWHERE}`, await outsideMachine(aws, judge))),
    holds: 'InvalidAllocationID.NotFound 400',
  },
  'address-of-missing-machine': {
    fact: 'A machine that is not there is given no address: InvalidInstanceID.NotFound.',
    source: EC2_ERRORS,
    run: async (aws) => refusalOf(associate(aws, await allocate(aws), `i-${NOWHERE}`)),
    holds: 'InvalidInstanceID.NotFound 400',
  },
  'address-released-in-use': {
    fact: 'An address in use is not released: InvalidIPAddress.InUse.',
    source: ec2Api('ReleaseAddress'),
    run: async (aws, judge) => {
      const id = await allocate(aws);
      await associate(aws, id, await outsideMachine(aws, judge));
      return release(aws, id);
    },
    holds: 'InvalidIPAddress.InUse 400',
  },
  'address-taken': {
    fact: 'An association is ended once; then the address is free, and released once.',
    source: ec2Api('DisassociateAddress'),
    run: async (aws, judge) => {
      const id = await allocate(aws);
      const AssociationId = await associate(aws, id, await outsideMachine(aws, judge));
      const end = () => refusalOf(aws.ec2.send(new DisassociateAddressCommand({ AssociationId })));
      const ending = [await end(), await end(), (await addressOf(aws, id))?.InstanceId ?? ''];
      return [...ending, await release(aws, id), await release(aws, id)];
    },
    holds: ['accepted', 'InvalidAssociationID.NotFound 400', '', 'accepted', 'InvalidAllocationID.NotFound 400'],
  },
  'address-let-go': {
    fact: 'A machine that is terminated lets go of its address, which stays allocated.',
    source: ADDRESSING,
    run: async (aws, judge) => {
      const machine = await outsideMachine(aws, judge);
      const id = await allocate(aws);
      await associate(aws, id, machine);
      await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [machine] }));
      await judge.pass(BOOT_MS);
      return ((await addressOf(aws, id))?.AssociationId ?? '') === '';
    },
    holds: true,
  },
});
