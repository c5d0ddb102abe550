import {
  CreateListenerCommand,
  DeleteListenerCommand,
  type Listener,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { z } from 'zod';
import { ABSENT } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { present } from '../observation.ts';
import { tagged } from '../tagged.ts';
import { ownerTags, TAGS } from '../tags.ts';
import { retagBalanced, tagsOf } from './elb-tags.ts';
import { listenersOf, markedListeners } from './marked-balancers.ts';

const Inputs = z.strictObject({
  balancerArn: z.string(),
  port: z.int().min(1).max(65_535),
  groupArn: z.string(),
  ...TAGS,
});

const Outputs = z.strictObject({ arn: z.string(), groupArn: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

/** A port of a load balancer, which has each port once, and where it leads. */
export const listener = tagged(retagBalanced, {
  kind: 'aws.elb.listener',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['balancerArn', 'port'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['arn'],
  idOf: ({ arn }) => arn,

  async observe(aws, context, { inputs: { balancerArn, port } }) {
    const found = (await listenersOf(aws, context, balancerArn)).find(({ Port }) => Port === port);
    if (found === undefined) return ABSENT;
    const outputs = outputsOf(found);
    return present(outputs, await tagsOf(aws, context, outputs.arn));
  },

  async create({ elb }, context, { balancerArn: LoadBalancerArn, port: Port, groupArn }) {
    const place = { LoadBalancerArn, Port, Protocol: 'TCP' } as const;
    const request = new CreateListenerCommand({
      ...place,
      DefaultActions: leadingTo(groupArn),
      Tags: ownerTags(context),
    });
    const { Listeners } = await elb.mutate(context, 'open a port of the load balancer', request);
    return outputsOf(answered(Listeners?.[0], 'Listeners'));
  },

  async sync({ elb }, context, { groupArn }, observed) {
    if (groupArn === observed.groupArn) return observed;
    const request = new ModifyListenerCommand({ ListenerArn: observed.arn, DefaultActions: leadingTo(groupArn) });
    await elb.mutate(context, 'lead a port of the load balancer elsewhere', request);
    return { ...observed, groupArn };
  },

  async destroy({ elb }, context, { arn: ListenerArn }) {
    await elb.remove(context, 'close a port of the load balancer', new DeleteListenerCommand({ ListenerArn }));
  },

  async list(aws, context) {
    const found = await markedListeners(aws, context);
    return found.map(({ owner, item }) => ({ owner, outputs: outputsOf(item) }));
  },
});

function leadingTo(TargetGroupArn: string) {
  return [{ Type: 'forward' as const, TargetGroupArn }];
}

function outputsOf({ ListenerArn, DefaultActions }: Listener): Outputs {
  const groupArn = DefaultActions?.find(({ Type }) => Type === 'forward')?.TargetGroupArn;
  return { arn: answered(ListenerArn, 'ListenerArn'), groupArn: groupArn ?? '' };
}
