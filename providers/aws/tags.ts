import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { CreateContext, Owner, ResourceContext } from '#engine/resource.ts';

/** Whose an object is; a name never proves it. */
export const CLUSTER_TAG = 'bootstrap:cluster';
const INSTANCE_TAG = 'bootstrap:instance';

/** As most services spell a tag. KMS alone has `TagKey` and `TagValue`. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

interface WrittenTag {
  Key: string;
  Value: string;
}

type Marked = Pick<ResourceContext, 'cluster' | 'instanceId' | 'address'>;

/** The mark of one object and, for people, its name. */
export function ownerTags({ cluster, instanceId, address }: Marked): WrittenTag[] {
  return [
    { Key: CLUSTER_TAG, Value: cluster },
    { Key: INSTANCE_TAG, Value: instanceId },
    { Key: 'Name', Value: address },
  ];
}

/**
 * Machines of one launch cannot be told apart when they are made: each carries the marks of all, and finds its own by its
 * place in the launch.
 */
export function lotTags({ cluster, lot }: Pick<CreateContext, 'cluster' | 'lot'>, name: string): WrittenTag[] {
  const members = lot.map((instanceId, index) => ({ Key: memberTag(index), Value: instanceId }));
  return [{ Key: CLUSTER_TAG, Value: cluster }, { Key: 'Name', Value: name }, ...members];
}

export function ownerOfMember(tags: readonly Tag[] | undefined, index: number): Owner | undefined {
  return parseOwner(tagValue(tags, CLUSTER_TAG), tagValue(tags, memberTag(index)));
}

function memberTag(index: number): string {
  return `${INSTANCE_TAG}/${index}`;
}

/** Undefined: the object carries no mark, or none of ours. */
export function ownerOf(tags: readonly Tag[] | undefined): Owner | undefined {
  return parseOwner(tagValue(tags, CLUSTER_TAG), tagValue(tags, INSTANCE_TAG));
}

function parseOwner(cluster: string | undefined, instanceId: string | undefined): Owner | undefined {
  if (cluster === undefined || instanceId === undefined) return undefined;
  return isClusterUid(cluster) && isInstanceId(instanceId) ? { cluster, instanceId } : undefined;
}

export function tagValue(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((tag) => tag.Key === key)?.Value;
}
