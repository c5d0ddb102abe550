import { DescribeTargetHealthCommand, type TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceContext } from '#engine/resource.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { SharedListing } from '../shared-listing.ts';
import { CLUSTER_TAG, tagValue } from '../tags.ts';
import { tagsOf } from './elb-tags.ts';

type Looking = Pick<ResourceContext, 'read' | 'signal' | 'cluster'>;

/** Who is registered where: asked for once, group by group, by all who ask at the same time. */
export class Targets {
  readonly #elb: AwsSession['elb'];
  readonly #health: SharedListing<string, TargetHealthDescription>;
  /** A mark that was seen. One that was not may still become visible. */
  readonly #ours = new Set<string>();

  constructor(elb: AwsSession['elb']) {
    this.#elb = elb;
    this.#health = new SharedListing(async (context, TargetGroupArn) => {
      const request = new DescribeTargetHealthCommand({ TargetGroupArn });
      const answer = await elb.read(context, 'look at the health of the machines', request);
      return { items: answer.TargetHealthDescriptions ?? [], next: undefined };
    });
  }

  async find(context: Looking, groupArn: string, instanceId: string): Promise<TargetHealthDescription | undefined> {
    const all = await unlessAbsent(this.#health.ask(context, groupArn, groupArn));
    return all?.find(({ Target }) => Target?.Id === instanceId);
  }

  /** Whether the group bears the mark of the cluster. */
  async isOurs(context: Looking, groupArn: string): Promise<boolean> {
    if (this.#ours.has(groupArn)) return true;
    const tags = await tagsOf({ elb: this.#elb }, context, groupArn);
    if (tagValue(tags, CLUSTER_TAG) !== context.cluster) return false;
    this.#ours.add(groupArn);
    return true;
  }
}
