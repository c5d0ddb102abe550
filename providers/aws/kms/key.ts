import {
  CreateKeyCommand,
  type KeyMetadata,
  ScheduleKeyDeletionCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { z } from 'zod';
import {
  ABSENT,
  type Condition,
  defineResource,
  type Observation,
  type Owner,
  READY,
  type ResourceContext,
} from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { pending } from '../observation.ts';
import type { AwsSession } from '../session.ts';
import { ownerTags } from '../tags.ts';
import { describeKey, keyOwner, markedKeys } from './marked-keys.ts';

/** The shortest that KMS allows. Until then whoever deleted by mistake can cancel it. */
const DELETED_AFTER_DAYS = 7;

const Outputs = z.strictObject({ id: z.string(), arn: z.string(), description: z.string() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * A key of KMS. It cannot be removed at once: one that is pending deletion can do nothing, costs nothing, and counts
 * as gone.
 */
export const kmsKey = defineResource<AwsSession>()({
  kind: 'aws.kms.key',
  inputs: z.strictObject({ description: z.string() }),
  outputs: Outputs,
  identity: 'tag',
  replaceOn: [],
  replaceOrder: 'create-first',
  stableOutputs: ['id', 'arn'],
  idOf: ({ id }) => id,

  async observe(session, context, { last }) {
    if (last !== undefined) {
      const [key, owner] = await Promise.all([
        describeKey(session, context, last.id),
        keyOwner(session, context, last.id),
      ]);
      return observationOf(key, owner);
    }
    const keys = await markedKeys(session, context);
    const found = keys.find(({ owner, key }) => owner.instanceId === context.instanceId && !isGoing(key));
    return observationOf(found?.key, found?.owner);
  },

  async create({ kms }, context, { description }) {
    const command = new CreateKeyCommand({ Description: description, Tags: tagsOf(context) });
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

function tagsOf(context: ResourceContext): { TagKey: string; TagValue: string }[] {
  return ownerTags(context).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}

function isGoing({ KeyState }: KeyMetadata): boolean {
  return KeyState === 'PendingDeletion' || KeyState === 'PendingReplicaDeletion';
}

function observationOf(key: KeyMetadata | undefined, owner: Owner | undefined): Observation<Outputs> {
  if (key === undefined || isGoing(key)) return ABSENT;
  return { state: 'present', outputs: outputsOf(key), owner, condition: conditionOf(key) };
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
