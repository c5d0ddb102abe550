import {
  CreateKeyCommand,
  type KeyMetadata,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { z } from 'zod';
import { ABSENT, type Condition, READY } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { pending, present } from '../observation.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerTags, type TagChange, TAGS } from '../tags.ts';
import { describeKey, keyTags, markedKeys } from './marked-keys.ts';

/** The shortest that KMS allows. Until then whoever deleted by mistake can cancel it. */
const DELETED_AFTER_DAYS = 7;

const Outputs = z.strictObject({ id: z.string(), arn: z.string(), description: z.string(), ...TAGS });
type Outputs = Readonly<z.output<typeof Outputs>>;

const retagKey: Retag<Pick<Outputs, 'id'>> = async ({ kms }, context, { id: KeyId }, { put, drop }) => {
  if (put.length > 0) {
    await kms.mutate(context, 'tag the key', new TagResourceCommand({ KeyId, Tags: kmsTags(put) }));
  }
  if (drop.length > 0) {
    await kms.mutate(context, 'take tags from the key', new UntagResourceCommand({ KeyId, TagKeys: [...drop] }));
  }
};

/**
 * A key of KMS. It cannot be removed at once: one that is pending deletion can do nothing, costs nothing, and counts
 * as gone.
 */
export const kmsKey = tagged(retagKey, {
  kind: 'aws.kms.key',
  inputs: z.strictObject({ description: z.string(), ...TAGS }),
  outputs: Outputs,
  identity: 'tag',
  replaceOn: [],
  replaceOrder: 'create-first',
  stableOutputs: ['id', 'arn'],
  idOf: ({ id }) => id,

  async observe(session, context, { last }) {
    if (last !== undefined) {
      const [key, tags] = await Promise.all([
        describeKey(session, context, last.id),
        keyTags(session, context, last.id),
      ]);
      return key === undefined || isGoing(key) ? ABSENT : present(outputsOf(key), tags, conditionOf(key));
    }
    const keys = await markedKeys(session, context);
    const found = keys.find(({ owner, key }) => owner.instanceId === context.instanceId && !isGoing(key));
    return found === undefined ? ABSENT : present(outputsOf(found.key), found.tags, conditionOf(found.key));
  },

  async create({ kms }, context, { description }) {
    const command = new CreateKeyCommand({ Description: description, Tags: kmsTags(ownerTags(context)) });
    const { KeyMetadata: made } = await kms.mutate(context, 'create the key', command);
    return outputsOf(answered(made, 'KeyMetadata'));
  },

  async sync({ kms }, context, { description }, observed) {
    if (description === observed.description) return observed;
    const command = new UpdateKeyDescriptionCommand({ KeyId: observed.id, Description: description });
    await kms.mutate(context, 'describe the key', command);
    return { ...observed, description };
  },

  async destroy({ kms }, context, { id }) {
    const command = new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: DELETED_AFTER_DAYS });
    await kms.remove(context, 'schedule the deletion of the key', command);
  },

  async list(session, context) {
    const keys = await markedKeys(session, context);
    return keys.filter(({ key }) => !isGoing(key)).map(({ owner, key }) => ({ owner, outputs: outputsOf(key) }));
  },
});

function kmsTags(tags: TagChange['put']): { TagKey: string; TagValue: string }[] {
  return tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}

function isGoing({ KeyState }: KeyMetadata): boolean {
  return KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion';
}

function conditionOf({ KeyState = 'Enabled' }: KeyMetadata): Condition {
  if (KeyState === 'Enabled') return READY;
  if (KeyState === 'Creating' || KeyState === 'Updating') return pending('the key to be enabled');
  // Not replaced: the state of the cluster can be read by this key alone.
  return { is: 'failed', reason: `The key is ${KeyState}; somebody has to enable it again.` };
}

function outputsOf({ KeyId, Arn, Description = '' }: KeyMetadata): Outputs {
  return { id: answered(KeyId, 'KeyId'), arn: answered(Arn, 'Arn'), description: Description };
}
