import { DescribeKeyCommand, type KeyMetadata, ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { isRejected } from '#engine/call.ts';
import type { ListContext, Owner, ResourceContext } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import { mapLimit } from '#std/map-limit.ts';
import { unlessAbsent } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';
import { ownerOf, type Tag } from '../tags.ts';

type Session = Pick<AwsSession, 'kms'>;
type Reading = Pick<ResourceContext, 'read'>;

/** A key and whose it is. */
export interface MarkedKey {
  readonly owner: Owner;
  readonly tags: readonly Tag[];
  readonly key: KeyMetadata;
}

const AT_ONCE = 8;

/**
 * Every key of the cluster, also those that are pending deletion. KMS lists keys by nothing but their id, so each key of
 * the region is asked for its tags: done only where no state tells the id.
 */
export async function markedKeys({ kms }: Session, context: ListContext): Promise<readonly MarkedKey[]> {
  const ids = await everyPage(async (Marker) => {
    const page = await kms.read(context, 'list the keys', new ListKeysCommand({ Limit: 1_000, Marker }));
    return { items: (page.Keys ?? []).flatMap(({ KeyId }) => KeyId ?? []), next: page.NextMarker };
  });
  const all = await tagsOfAll({ kms }, context, ids);
  const ours = ids.flatMap((id, index) => {
    const tags = all[index] ?? [];
    const owner = ownerOf(tags);
    return owner?.cluster === context.cluster ? [{ id, owner, tags }] : [];
  });
  const keys = await mapLimit(ours, AT_ONCE, async ({ id, ...marked }) => {
    const key = await describeKey({ kms }, context, id);
    return key === undefined ? [] : [{ ...marked, key }];
  });
  return keys.flat();
}

/** For the proof of zero. */
export async function markedKeyObjects(session: Session, context: ListContext): Promise<readonly MarkedObject[]> {
  const keys = await markedKeys(session, context);
  return keys.map(({ key: { KeyId: id = '', KeyState, DeletionDate } }) => {
    const kind = 'aws.kms.key';
    if (KeyState !== 'PendingDeletion') return { kind, id };
    return { kind, id, goesLater: `deleted by KMS on ${DeletionDate?.toISOString().slice(0, 10) ?? 'a later day'}` };
  });
}

/** Undefined: there is none. */
export async function describeKey({ kms }: Session, context: Reading, KeyId: string): Promise<KeyMetadata | undefined> {
  const seen = await unlessAbsent(kms.read(context, 'look at the key', new DescribeKeyCommand({ KeyId })));
  return seen?.KeyMetadata;
}

/** None: it carries none, or is gone. */
export async function keyTags({ kms }: Session, context: Reading, KeyId: string): Promise<readonly Tag[]> {
  const tags = everyPage(async (Marker) => {
    const command = new ListResourceTagsCommand({ KeyId, Marker });
    const page = await kms.read(context, 'read the tags of the key', command);
    return { items: page.Tags ?? [], next: page.NextMarker };
  });
  return ((await unlessAbsent(tags)) ?? []).map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue }));
}

/**
 * Other people's keys may be closed to us, which says that they are not ours. When all are closed, it is we who lack the
 * permission, and one of them may be ours.
 */
async function tagsOfAll(
  session: Session,
  context: Reading,
  ids: readonly string[],
): Promise<readonly (readonly Tag[])[]> {
  const refusals: unknown[] = [];
  const tags = await mapLimit(ids, AT_ONCE, async (id) => {
    try {
      return await keyTags(session, context, id);
    } catch (error) {
      if (!isRejected(error, 'denied')) throw error;
      refusals.push(error);
      return [];
    }
  });
  if (refusals.length > 0 && refusals.length === ids.length) throw refusals[0];
  return tags;
}
