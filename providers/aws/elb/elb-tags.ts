import { AddTagsCommand, DescribeTagsCommand, RemoveTagsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ResourceContext } from '#engine/resource.ts';
import { mapLimit } from '#std/map-limit.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import type { Retag } from '../tagged.ts';
import type { Tag } from '../tags.ts';

type Reading = Pick<ResourceContext, 'read'>;
type Elb = Pick<AwsSession, 'elb'>;

/** One request takes so many. */
const ARNS_MAX = 20;
const REQUESTS_AT_ONCE = 4;

/** Descriptions come without tags. Undefined: it is gone, or not visible yet. */
export async function tagsOf({ elb }: Elb, context: Reading, arn: string): Promise<readonly Tag[] | undefined> {
  const answer = await unlessAbsent(
    elb.read(context, 'read its tags', new DescribeTagsCommand({ ResourceArns: [arn] })),
  );
  return answer?.TagDescriptions?.[0]?.Tags;
}

export const retagBalanced: Retag<{ readonly arn: string }> = async ({ elb }, context, { arn }, { put, drop }) => {
  const ResourceArns = [arn];
  if (put.length > 0) {
    await elb.mutate(context, 'tag what is balanced', new AddTagsCommand({ ResourceArns, Tags: [...put] }));
  }
  if (drop.length > 0) {
    const command = new RemoveTagsCommand({ ResourceArns, TagKeys: [...drop] });
    await elb.mutate(context, 'take tags away from what is balanced', command);
  }
};

/** Of what a listing has shown. One that has gone since fails its whole request: then each is asked for by itself. */
export async function tagsOfAll(
  aws: Elb,
  context: Reading,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const lots = Array.from({ length: Math.ceil(arns.length / ARNS_MAX) }, (_, index) =>
    arns.slice(index * ARNS_MAX, (index + 1) * ARNS_MAX),
  );
  const found = await mapLimit(lots, REQUESTS_AT_ONCE, (lot) => tagsOfLot(aws, context, lot));
  return new Map(found.flat());
}

type Tagged = readonly [arn: string, tags: readonly Tag[]];

async function tagsOfLot(aws: Elb, context: Reading, lot: readonly string[]): Promise<readonly Tagged[]> {
  const request = new DescribeTagsCommand({ ResourceArns: [...lot] });
  const answer = await unlessAbsent(aws.elb.read(context, 'read the tags of what is balanced', request));
  if (answer !== undefined)
    return (answer.TagDescriptions ?? []).map(({ ResourceArn = '', Tags = [] }): Tagged => [ResourceArn, Tags]);
  const each = await mapLimit(lot, REQUESTS_AT_ONCE, async (arn): Promise<readonly Tagged[]> => {
    const tags = await tagsOf(aws, context, arn);
    return tags === undefined ? [] : [[arn, tags]];
  });
  return each.flat();
}
