import { z } from 'zod';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { pending, presentBetween } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { isAlive } from './machine-presence.ts';

const Outputs = z.strictObject({ publicAddress: z.string() });

/**
 * The public address that EC2 has given a machine, as names need it: another one after every stop. It is only read; what
 * can be waited for is that a fixed address has made way for it.
 */
export const publicAddress = defineResource<AwsSession>()({
  kind: 'aws.ec2.public-address',
  inputs: z.strictObject({ instanceId: z.string() }),
  outputs: Outputs,
  identity: 'attachment',
  replaceOn: ['instanceId'],
  replaceOrder: 'destroy-first',
  stableOutputs: [],
  idOf: (outputs) => outputs.publicAddress,

  async observe(aws, context, { inputs: { instanceId } }) {
    if (aws.dismissed.has(context.instanceId)) return ABSENT;
    const machine = await aws.listings.instances.findById(context, instanceId);
    if (machine === undefined || !isAlive(machine)) return ABSENT;
    const outputs = { publicAddress: await readAddress(aws, context, machine.PublicIpAddress) };
    const condition = outputs.publicAddress === '' ? pending('a public address of its own') : READY;
    return presentBetween(outputs, context, machine.Tags, condition);
  },

  async create(aws, context, { instanceId }) {
    const machine = answered(await aws.listings.instances.findById(context, instanceId), instanceId);
    return { publicAddress: await readAddress(aws, context, machine.PublicIpAddress) };
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

/** Empty: it has none, or still a fixed one of the cluster, which is on its way to somebody else. */
async function readAddress(
  { listings }: AwsSession,
  context: ResourceContext,
  seen: string | undefined,
): Promise<string> {
  const fixed = await listings.addresses.ofCluster(context);
  return seen === undefined || fixed.some(({ PublicIp }) => PublicIp === seen) ? '' : seen;
}
