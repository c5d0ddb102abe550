import { z } from 'zod';
import { isClusterUid, isInstanceId } from '#engine/address.ts';
import type { CreateContext, Owner, ResourceContext } from '#engine/resource.ts';

/** Whose an object is; a name never proves it. */
export const CLUSTER_TAG = 'bootstrap:cluster';
const INSTANCE_TAG = 'bootstrap:instance';
const NAME_TAG = 'Name';

/** As most services spell a tag. KMS alone has `TagKey` and `TagValue`. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

interface WrittenTag {
  Key: string;
  Value: string;
}

/** Those that the user's file names, beside the marks. */
const UserTags = z.record(z.string(), z.string()).readonly();
export type UserTags = z.output<typeof UserTags>;

/** Part of the inputs and of the outputs of everything that can be tagged. Without any, it is not there. */
export const TAGS = { tags: UserTags.optional() };

export interface Tagged {
  readonly tags?: UserTags | undefined;
}

type Owned = Pick<ResourceContext, 'cluster' | 'instanceId' | 'address'>;
type Marked = Owned & { readonly tags: UserTags | undefined };

/** The mark of one object and, for people, its name and what else they want to know it by. */
export function ownerTags({ tags, ...owned }: Marked): WrittenTag[] {
  return [...ownerMarks(owned), { Key: NAME_TAG, Value: owned.address }, ...writtenTags(tags)];
}

/** Whose it is, without its name: for what is found by a better one. */
export function ownerMarks({ cluster, instanceId }: Pick<Owned, 'cluster' | 'instanceId'>): WrittenTag[] {
  return [
    { Key: CLUSTER_TAG, Value: cluster },
    { Key: INSTANCE_TAG, Value: instanceId },
  ];
}

/**
 * Machines of one launch cannot be told apart when they are made: each carries the marks of all, and finds its own by its
 * place in the launch.
 */
export function lotTags({ cluster, lot, tags }: LotMarked, name: string): WrittenTag[] {
  const members = lot.map((instanceId, index) => ({ Key: memberTag(index), Value: instanceId }));
  return [{ Key: CLUSTER_TAG, Value: cluster }, { Key: NAME_TAG, Value: name }, ...members, ...writtenTags(tags)];
}

type LotMarked = Pick<CreateContext, 'cluster' | 'lot'> & Pick<Marked, 'tags'>;

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

/** What makes the tags of one object those that are wanted. */
export interface TagChange {
  readonly put: readonly WrittenTag[];
  readonly drop: readonly string[];
}

/** Undefined: there is nothing to change. */
export function tagChange(observed: UserTags = {}, wanted: UserTags = {}): TagChange | undefined {
  const before = new Map(Object.entries(observed));
  const put = writtenTags(wanted).filter(({ Key, Value }) => before.get(Key) !== Value);
  const drop = [...before.keys()].filter((key) => !Object.hasOwn(wanted, key));
  return put.length + drop.length === 0 ? undefined : { put, drop: drop.toSorted() };
}

/** Of an object's tags those that the user's files have named: what others put there is theirs. */
export function userTags(tags: readonly Tag[] = [], ...named: readonly (UserTags | undefined)[]): UserTags | undefined {
  const keys = new Set(named.flatMap((some = {}) => Object.keys(some)));
  const found = tags.flatMap(({ Key = '', Value = '' }) => (keys.has(Key) ? [[Key, Value] as const] : []));
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function writtenTags(tags: UserTags = {}): WrittenTag[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .toSorted((left, right) => (left.Key < right.Key ? -1 : 1));
}
