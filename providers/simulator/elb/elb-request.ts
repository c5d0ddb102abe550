import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { Tags } from '../objects.ts';
import { pageOf } from '../page.ts';

export const CHANGING_MS = [100, 400] as const;
/** A load balancer is made with less haste. */
export const MAKING_MS = [500, 1_500] as const;

const TAGS_MAX = 50;

export const WrittenTags = z.array(z.strictObject({ Key: z.string(), Value: z.string() })).min(1);

export function tagsFrom(written: z.output<typeof WrittenTags> = []): Tags {
  const tags = Object.fromEntries(written.map(({ Key, Value }) => [Key, Value]));
  if (Object.keys(tags).length < written.length)
    throw fault('DuplicateTagKeysException', 'A tag key was specified more than once.');
  if (written.length > TAGS_MAX) throw fault('TooManyTagsException', `More than ${TAGS_MAX} tags for one resource`);
  if (written.some(({ Key }) => Key.startsWith('aws:'))) throw invalid('Tag keys starting with aws: are reserved');
  return tags;
}

const NAME = /^(?!-)(?!internal-)[A-Za-z0-9-]{1,32}(?<!-)$/;

export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw invalid(`The name '${name}' has to be 1 to 32 letters, digits and hyphens, with no hyphen at either end.`);
}

export function invalid(message: string): AwsFault {
  return fault('ValidationError', message);
}

export const LISTING = { Marker: z.string().optional(), PageSize: z.int().min(1).max(400).optional() };

interface Asked {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

/** What was asked for by names or ARNs as a whole, each of which has to be there; everything else in pages. */
export function chosen<T extends { readonly arn: string }>(
  desk: Desk,
  seen: readonly T[],
  { asked, isWanted }: { readonly asked: Asked; readonly isWanted?: ((item: T) => boolean) | undefined },
): { readonly items: readonly T[]; readonly NextMarker: string | undefined } {
  if (isWanted !== undefined) return { items: seen.filter(isWanted), NextMarker: undefined };
  const { Marker: token, PageSize: size = 400 } = asked;
  const { items, nextToken } = pageOf(desk, seen, { idOf: ({ arn }) => arn, token, size });
  return { items, NextMarker: nextToken };
}
