import { CreateNatGatewayCommand, DeleteNatGatewayCommand, type NatGateway } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, type Condition, READY, type ResourceContext } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { listed, pending, present } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { tagged } from '../tagged.ts';
import { ownerOf, ownerTags, TAGS } from '../tags.ts';
import { byEc2 } from './taggings.ts';

const Outputs = z.strictObject({ natGatewayId: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The way out for machines without a public address. EC2 takes a minute or two to make it, and as long to end it. */
export const natGateway = tagged(byEc2('natGatewayId'), {
  kind: 'aws.ec2.nat-gateway',
  inputs: z.strictObject({ subnetId: z.string(), allocationId: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'token',
  replaceOn: ['subnetId', 'allocationId'],
  // Two of them cannot share an address.
  replaceOrder: 'destroy-first',
  stableOutputs: ['natGatewayId'],
  idOf: ({ natGatewayId }) => natGatewayId,

  async observe(aws, context, { last }) {
    const found = await findNatGateway(aws, context, last?.natGatewayId);
    if (found === undefined || found.State === 'deleted') return ABSENT;
    return present(outputsOf(found), found.Tags, conditionOf(found));
  },

  async create(aws, context, { subnetId: SubnetId, allocationId: AllocationId }) {
    const tags = [{ ResourceType: 'natgateway', Tags: ownerTags(context) } as const];
    const place = { SubnetId, AllocationId, ConnectivityType: 'public' } as const;
    const request = new CreateNatGatewayCommand({ ...place, ClientToken: context.token, TagSpecifications: tags });
    const { NatGateway: made } = await aws.ec2.mutate(context, 'create the NAT gateway', request);
    return outputsOf(answered(made, 'NatGateway'));
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, context, { natGatewayId: NatGatewayId }) {
    await aws.ec2.remove(context, 'delete the NAT gateway', new DeleteNatGatewayCommand({ NatGatewayId }));
  },

  async list({ listings }, context) {
    return listed((await listings.natGateways.ofCluster(context)).filter(isNatGatewayAlive), outputsOf);
  },
});

/** What is deleted or has failed is shown for an hour more: it has let go of everything, and costs nothing. */
export function isNatGatewayAlive({ State }: NatGateway): boolean {
  return State !== 'deleted' && State !== 'failed';
}

async function findNatGateway(
  { listings }: AwsSession,
  context: ResourceContext,
  id: string | undefined,
): Promise<NatGateway | undefined> {
  if (id !== undefined) return listings.natGateways.findById(context, id);
  const marked = await listings.natGateways.ofCluster(context);
  const own = marked.filter(({ Tags }) => ownerOf(Tags)?.instanceId === context.instanceId);
  return own.find(isNatGatewayAlive) ?? own[0];
}

/** Another in its place would fail as well. */
const LASTING_FAILURES: ReadonlySet<string | undefined> = new Set(['InsufficientFreeAddressesInSubnet']);

function conditionOf({ State, FailureCode, FailureMessage }: NatGateway): Condition {
  switch (State) {
    case 'available':
      return READY;
    case 'failed': {
      const reason = `It has failed: ${FailureMessage ?? FailureCode ?? 'EC2 does not say why'}.`;
      return { is: LASTING_FAILURES.has(FailureCode) ? 'failed' : 'broken', reason };
    }
    case 'deleting':
    case 'deleted':
      return { is: 'broken', reason: 'It is being deleted.' };
    case 'pending':
    case undefined:
      return pending('it to become available');
  }
}

function outputsOf({ NatGatewayId }: NatGateway): Outputs {
  return { natGatewayId: answered(NatGatewayId, 'NatGatewayId') };
}
