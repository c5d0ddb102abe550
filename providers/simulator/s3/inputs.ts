import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Tags } from '../objects.ts';

export const BucketInput = z.strictObject({ Bucket: z.string() });

const KEY_BYTES_MAX = 1_024;

export const Key = z
  .string()
  .min(1)
  .refine((key) => Buffer.byteLength(key) <= KEY_BYTES_MAX, 'A key has at most 1024 bytes');

export const TagList = z.array(z.strictObject({ Key: z.string(), Value: z.string() })).readonly();

const TAGS_MAX = 50;

export function tagsFrom(list: z.output<typeof TagList> = []): Tags {
  const tags = Object.fromEntries(list.map(({ Key: key, Value: value }) => [key, value]));
  if (Object.keys(tags).length < list.length) {
    throw fault('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  if (list.length > TAGS_MAX) throw fault('BadRequest', 'Object tags cannot be greater than 50');
  if (list.some(({ Key: key }) => key.startsWith('aws:'))) {
    throw fault('InvalidTag', 'System tags cannot be added/updated by requester');
  }
  return tags;
}
