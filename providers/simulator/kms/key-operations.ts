import { z } from 'zod';
import { sha256Hex } from '#std/hash.ts';
import { fault } from '../aws-fault.ts';
import type { Tags } from '../objects.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from '../page.ts';
import type { Bucket } from '../throttle.ts';
import { changeKey, type Key, KEYS, keySeen, keyToChange } from './key.ts';

const KeyInput = z.strictObject({ KeyId: z.string() });

const TagList = z.array(z.strictObject({ TagKey: z.string().min(1), TagValue: z.string() })).max(50);

const createKey = defineOperation({
  name: 'CreateKey',
  input: z.strictObject({
    Description: z.string().max(8_192).optional(),
    KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
    KeySpec: z.literal('SYMMETRIC_DEFAULT').optional(),
    Policy: z.string().optional(),
    Tags: TagList.optional(),
  }),
  latencyMs: [100, 300],
  buckets: [perSecond('CreateKey', 5)],
  run({ Description = '', Tags: list = [] }, desk) {
    const id = desk.chance.uuid();
    const key: Key = {
      id,
      arn: `arn:aws:kms:${desk.region}:${desk.accountId}:key/${id}`,
      description: Description,
      createdAtMs: desk.nowMs,
      isEnabled: true,
      material: sha256Hex(`${id} ${desk.chance.hex(64)}`),
      tags: tagsFrom(list),
    };
    desk.put(KEYS, id, key);
    return { KeyMetadata: metadataOf(key, desk.accountId) };
  },
});

const describeKey = defineOperation({
  name: 'DescribeKey',
  input: KeyInput,
  run: ({ KeyId }, desk) => ({ KeyMetadata: metadataOf(keySeen(desk, KeyId), desk.accountId) }),
});

const listKeys = defineOperation({
  name: 'ListKeys',
  input: z.strictObject({ Limit: z.int().min(1).max(1_000).optional(), Marker: z.string().optional() }),
  run({ Limit = 100, Marker }, desk) {
    const keys = desk.view(KEYS).all();
    const existing = keys.filter(({ deletionAtMs = Infinity }) => deletionAtMs > desk.nowMs);
    const { items, nextToken } = pageOf(desk, existing, { idOf: ({ id }) => id, token: Marker, size: Limit });
    return {
      Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
      Truncated: nextToken !== undefined,
      ...(nextToken === undefined ? {} : { NextMarker: nextToken }),
    };
  },
});

const listResourceTags = defineOperation({
  name: 'ListResourceTags',
  input: KeyInput.extend({ Limit: z.int().min(1).max(50).optional(), Marker: z.string().optional() }),
  run({ KeyId, Limit = 50, Marker }, desk) {
    const tags = Object.entries(keySeen(desk, KeyId).tags);
    const { items, nextToken } = pageOf(desk, tags, { idOf: ([name]) => name, token: Marker, size: Limit });
    return {
      Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
      Truncated: nextToken !== undefined,
      ...(nextToken === undefined ? {} : { NextMarker: nextToken }),
    };
  },
});

const tagResource = defineOperation({
  name: 'TagResource',
  input: KeyInput.extend({ Tags: TagList }),
  buckets: [perSecond('TagResource', 10)],
  run({ KeyId, Tags: list }, desk) {
    changeKey(desk, KeyId, ({ tags }) => ({ tags: { ...tags, ...tagsFrom(list) } }));
    return {};
  },
});

const untagResource = defineOperation({
  name: 'UntagResource',
  input: KeyInput.extend({ TagKeys: z.array(z.string()) }),
  run({ KeyId, TagKeys }, desk) {
    changeKey(desk, KeyId, ({ tags }) => ({
      tags: Object.fromEntries(Object.entries(tags).filter(([name]) => !TagKeys.includes(name))),
    }));
    return {};
  },
});

const updateKeyDescription = defineOperation({
  name: 'UpdateKeyDescription',
  input: KeyInput.extend({ Description: z.string().max(8_192) }),
  run({ KeyId, Description: description }, desk) {
    changeKey(desk, KeyId, () => ({ description }));
    return {};
  },
});

const enableKey = defineOperation({
  name: 'EnableKey',
  input: KeyInput,
  run({ KeyId }, desk) {
    changeKey(desk, KeyId, () => ({ isEnabled: true }));
    return {};
  },
});

const DAY_MS = 86_400_000;

const scheduleKeyDeletion = defineOperation({
  name: 'ScheduleKeyDeletion',
  input: KeyInput.extend({ PendingWindowInDays: z.int().optional() }),
  buckets: [perSecond('ScheduleKeyDeletion', 15)],
  run({ KeyId, PendingWindowInDays: days = 30 }, desk) {
    if (days < 7 || days > 30) {
      throw fault('ValidationException', 'The waiting period is a number of days between 7 and 30, inclusive.');
    }
    const deletionAtMs = desk.nowMs + days * DAY_MS;
    const { arn } = changeKey(desk, KeyId, () => ({ deletionAtMs, isEnabled: false }));
    return {
      KeyId: arn,
      KeyState: 'PendingDeletion',
      DeletionDate: new Date(deletionAtMs),
      PendingWindowInDays: days,
    };
  },
});

const cancelKeyDeletion = defineOperation({
  name: 'CancelKeyDeletion',
  input: KeyInput,
  run({ KeyId }, desk) {
    const { deletionAtMs, ...key } = keyToChange(desk, KeyId);
    if (deletionAtMs === undefined) throw fault('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
    desk.put(KEYS, key.id, key);
    return { KeyId: key.arn };
  },
});

/** Requests of one operation a second, as published. */
function perSecond(operation: string, rate: number): Bucket {
  return { name: `kms.${operation}`, capacity: rate, refillPerSecond: rate };
}

function tagsFrom(list: z.output<typeof TagList>): Tags {
  if (list.some(({ TagKey }) => TagKey.startsWith('aws:'))) {
    throw fault('TagException', 'Tag keys that begin with aws: are reserved.');
  }
  return Object.fromEntries(list.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
}

function metadataOf(key: Key, accountId: string): object {
  const { id, arn, description, createdAtMs, isEnabled, deletionAtMs } = key;
  const rest = isEnabled ? 'Enabled' : 'Disabled';
  return {
    AWSAccountId: accountId,
    KeyId: id,
    Arn: arn,
    CreationDate: new Date(createdAtMs),
    Enabled: isEnabled,
    Description: description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyState: deletionAtMs === undefined ? rest : 'PendingDeletion',
    KeyManager: 'CUSTOMER',
    Origin: 'AWS_KMS',
    MultiRegion: false,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    ...(deletionAtMs === undefined ? {} : { DeletionDate: new Date(deletionAtMs) }),
  };
}

export const KEY_OPERATIONS = [
  createKey,
  describeKey,
  listKeys,
  listResourceTags,
  tagResource,
  untagResource,
  updateKeyDescription,
  enableKey,
  scheduleKeyDeletion,
  cancelKeyDeletion,
] as const;
