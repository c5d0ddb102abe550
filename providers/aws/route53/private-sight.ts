import { type VpcAttributeName, DescribeVpcAttributeCommand } from '@aws-sdk/client-ec2';
import { VPCRegion } from '@aws-sdk/client-route-53';
import { CallError } from '#engine/call.ts';
import { type Condition, READY, type ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import { pending } from '../observation.ts';
import type { AwsSession } from '../session.ts';

const NEEDED = ['enableDnsSupport', 'enableDnsHostnames'] as const satisfies readonly VpcAttributeName[];

/** That only one network sees the zone. */
export function privateTo({ region }: AwsSession, VPCId: string) {
  // The SDK lists the regions of its day.
  const known = Object.values(VPCRegion).find((one) => one === region);
  if (known !== undefined) return { VPC: { VPCId, VPCRegion: known }, HostedZoneConfig: { PrivateZone: true } };
  const message = `Route 53 knows no region ${region} for private zones.`;
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message });
}

/** A network that does not ask AWS for names never sees the zone. One of ours does so soon; another may have to be told. */
export async function sightOf(aws: AwsSession, context: ResourceContext, vpcId: string): Promise<Condition> {
  const isOn = await Promise.all(NEEDED.map((name) => readAttribute(aws, context, vpcId, name)));
  const missing = NEEDED.filter((_, index) => isOn[index] !== true);
  if (missing.length === 0) return READY;
  return pending(`the network ${vpcId} to see its private zone: ${missing.join(' and ')} must be on`);
}

async function readAttribute(
  { ec2 }: AwsSession,
  context: ResourceContext,
  VpcId: string,
  Attribute: (typeof NEEDED)[number],
): Promise<boolean> {
  const request = new DescribeVpcAttributeCommand({ VpcId, Attribute });
  const answer = await unlessAbsent(ec2.read(context, "read the network's attributes", request));
  return (Attribute === 'enableDnsSupport' ? answer?.EnableDnsSupport : answer?.EnableDnsHostnames)?.Value === true;
}
