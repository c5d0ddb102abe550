import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Tags } from '../objects.ts';

export const TagSpecifications = z
  .array(
    z.strictObject({
      ResourceType: z.string(),
      Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string().optional() })),
    }),
  )
  .optional();
type TagSpecifications = z.output<typeof TagSpecifications>;

const TAGS_MAX = 50;
const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;

/** The tags that a request gives to one type of what it makes; the request may make `types` and nothing else. */
export function tagsFor(specifications: TagSpecifications, types: readonly string[], type = types[0]): Tags {
  const foreign = specifications?.find(({ ResourceType }) => !types.includes(ResourceType));
  if (foreign !== undefined) {
    throw fault(
      'InvalidParameterValue',
      `'${foreign.ResourceType}' is not a valid taggable resource type for this operation.`,
    );
  }
  const own = specifications?.filter(({ ResourceType }) => ResourceType === type) ?? [];
  return withTags(
    {},
    own.flatMap((specification) => specification.Tags),
  );
}

interface WrittenTag {
  readonly Key: string;
  readonly Value?: string | undefined;
}

export function withTags(before: Tags, added: readonly WrittenTag[]): Tags {
  for (const { Key, Value = '' } of added) {
    if (Key.startsWith('aws:')) throw wrongTag('Tag keys starting with aws: are reserved for internal use');
    if (Key === '' || Key.length > KEY_LENGTH_MAX) throw wrongTag('Tag key exceeds the maximum length of 128');
    if (Value.length > VALUE_LENGTH_MAX) throw wrongTag('Tag value exceeds the maximum length of 256');
  }
  const tags = { ...before, ...Object.fromEntries(added.map(({ Key, Value = '' }) => [Key, Value])) };
  if (Object.keys(tags).length > TAGS_MAX) {
    throw fault('TagLimitExceeded', `More than ${TAGS_MAX} tags for one resource`);
  }
  return tags;
}

/** As answers show them. */
export function shownTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function wrongTag(message: string): AwsFault {
  return fault('InvalidParameterValue', message);
}
