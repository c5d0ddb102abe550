import { type Condition, type Listed, type Present, READY, type ResourceContext } from '#engine/resource.ts';
import type { Sight } from './tagged.ts';
import { CLUSTER_TAG, ownerOf, type Tag, tagValue } from './tags.ts';

/** An object as it was seen, whose mark is in its tags. */
export function present<Outputs>(
  outputs: Outputs,
  tags: readonly Tag[] | undefined,
  condition: Condition = READY,
): Sight<Outputs> {
  return { state: 'present', outputs, owner: ownerOf(tags), condition, tags };
}

export function pending(waitingFor: string): Condition {
  return { is: 'pending', waitingFor };
}

/** The marked ones of a listing. */
export function listed<Item extends { readonly Tags?: readonly Tag[] | undefined }, Outputs>(
  items: readonly Item[],
  outputsOf: (item: Item) => Outputs,
): readonly Listed<Outputs>[] {
  return items.flatMap((item) => {
    const owner = ownerOf(item.Tags);
    return owner === undefined ? [] : [{ owner, outputs: outputsOf(item) }];
  });
}

/** What links two things bears no mark of its own: it is ours if the thing is whose tags are given. */
export function presentBetween<Outputs>(
  outputs: Outputs,
  { cluster, instanceId }: Pick<ResourceContext, 'cluster' | 'instanceId'>,
  tags: readonly Tag[] | undefined,
  condition: Condition = READY,
): Present<Outputs> {
  const owner = tagValue(tags, CLUSTER_TAG) === cluster ? { cluster, instanceId } : undefined;
  return { state: 'present', outputs, owner, condition };
}
