import {
  DescribeTargetGroupAttributesCommand,
  type DescribeTargetGroupAttributesCommandOutput,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Passing } from './passing.ts';

/** What a group of machines has at AWS from the beginning, and an emulator may not know of. */
const FROM_THE_BEGINNING = [{ Key: 'preserve_client_ip.enabled', Value: 'true' }];

/** Load balancing where an emulator is wrong about it; everything else passes as it is. */
export class EmulatedBalancers {
  readonly #elb: Pick<ElasticLoadBalancingV2Client, 'send'>;

  constructor(elb: Pick<ElasticLoadBalancingV2Client, 'send'>) {
    this.#elb = elb;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    if (command instanceof DescribeTargetGroupAttributesCommand) return whole(await this.#elb.send(command, options));
    const passing: Passing = this.#elb;
    return passing.send(command, options);
  }
}

function whole(answer: DescribeTargetGroupAttributesCommandOutput): DescribeTargetGroupAttributesCommandOutput {
  const { Attributes = [] } = answer;
  const missing = FROM_THE_BEGINNING.filter((wanted) => !Attributes.some(({ Key }) => Key === wanted.Key));
  return { ...answer, Attributes: [...Attributes, ...missing] };
}
