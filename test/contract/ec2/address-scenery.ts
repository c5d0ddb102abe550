import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AttachInternetGatewayCommand,
  type Address,
  DescribeAddressesCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import type { Judge } from '../judge.ts';
import { refusalOf } from '../refusal.ts';
import { docs } from '../sources.ts';
import { makeGateway, makeSubnet, makeVpc, running } from './scenery.ts';

export type Ec2 = Pick<AwsClients, 'ec2'>;

export const NAT_TROUBLE = docs('vpc/latest/userguide/nat-gateway-troubleshooting.html');
export const ADDRESSING = docs('AWSEC2/latest/UserGuide/using-instance-addressing.html');
/** The longest that a NAT gateway takes to come or to go. */
export const NAT_MS = 240_000;

export async function allocate({ ec2 }: Ec2): Promise<string> {
  const { AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  return AllocationId ?? '';
}

export async function release({ ec2 }: Ec2, AllocationId: string): Promise<string> {
  return refusalOf(ec2.send(new ReleaseAddressCommand({ AllocationId })));
}

export async function addressOf({ ec2 }: Ec2, id: string): Promise<Address | undefined> {
  const { Addresses } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [id] }));
  return Addresses?.[0];
}

/** A subnet with a way out. */
export async function makeOutside(aws: Ec2): Promise<{ readonly vpcId: string; readonly subnetId: string }> {
  const VpcId = await makeVpc(aws);
  const InternetGatewayId = await makeGateway(aws);
  await aws.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  return { vpcId: VpcId, subnetId: await makeSubnet(aws, VpcId) };
}

export async function outsideMachine(aws: Ec2, judge: Judge): Promise<string> {
  return running(aws, judge, (await makeOutside(aws)).subnetId);
}

export async function associate({ ec2 }: Ec2, AllocationId: string, InstanceId: string): Promise<string> {
  const asked = { AllocationId, InstanceId, AllowReassociation: true };
  return (await ec2.send(new AssociateAddressCommand(asked))).AssociationId ?? '';
}
