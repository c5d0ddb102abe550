import { AttachInternetGatewayCommand, DetachInternetGatewayCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { pending, presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { ofWayOut } from './blockers.ts';

const Ends = z.strictObject({ gatewayId: z.string(), vpcId: z.string() });

/** An internet gateway at its network. */
export const gatewayAttachment = defineResource<AwsSession>()({
  kind: 'aws.ec2.gateway-attachment',
  inputs: Ends,
  outputs: Ends,
  identity: 'attachment',
  replaceOn: ['gatewayId', 'vpcId'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['gatewayId', 'vpcId'],
  idOf: ({ gatewayId, vpcId }) => `${gatewayId} at ${vpcId}`,

  async observe(aws, context, { inputs }) {
    const gateway = await aws.listings.internetGateways.findById(context, inputs.gatewayId);
    const found = gateway?.Attachments?.find(({ VpcId }) => VpcId === inputs.vpcId);
    if (found === undefined || found.State === 'detached') return ABSENT;
    // To a gateway an attachment is "available", to everything else "attached".
    const condition = isTransient(found.State) ? pending('it to be attached') : READY;
    return presentBetween(inputs, context, gateway?.Tags, condition);
  },

  async create(aws, context, { gatewayId: InternetGatewayId, vpcId: VpcId }) {
    const request = new AttachInternetGatewayCommand({ InternetGatewayId, VpcId });
    await aws.ec2.mutate(context, 'attach the internet gateway', request);
    return { gatewayId: InternetGatewayId, vpcId: VpcId };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { gatewayId: InternetGatewayId, vpcId: VpcId }) {
    const request = new DetachInternetGatewayCommand({ InternetGatewayId, VpcId });
    await aws.ec2.remove(context, 'detach the internet gateway', request);
  },

  blockers: (aws, context, { vpcId }) => ofWayOut(aws, context, vpcId),
});

function isTransient(state: string | undefined): boolean {
  return state === 'attaching' || state === 'detaching';
}
