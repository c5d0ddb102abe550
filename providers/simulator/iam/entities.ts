import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Chance } from '../chance.ts';
import type { Desk } from '../desk.ts';
import type { Tags } from '../objects.ts';
import { pageOf } from '../page.ts';

/** Changes take IAM longer than reading does. */
export const CHANGE_LATENCY_MS = [60, 250] as const;

export const RoleName = z.string().regex(/^[\w+=,.@-]{1,64}$/);
export const ProfileName = z.string().regex(/^[\w+=,.@-]{1,128}$/);
export const PolicyName = z.string().regex(/^[\w+=,.@-]{1,128}$/);
export const Path = z.string().regex(/^(?:\/|\/[\u0021-\u007E]{1,510}\/)$/);

const Tag = z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) });
export const TagList = z.array(Tag).max(50).readonly();

export const paging = { Marker: z.string().optional(), MaxItems: z.int().min(1).max(1_000).optional() };

const PAGE_SIZE = 100;

interface Listing<T> {
  readonly member: string;
  readonly items: readonly T[];
  readonly idOf: (item: T) => string;
  readonly show: (item: T) => unknown;
}

/** A listing as IAM cuts it into pages. */
export function listed<T>(
  desk: Desk,
  { member, items, idOf, show }: Listing<T>,
  { Marker, MaxItems = PAGE_SIZE }: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
): object {
  const page = pageOf(desk, items, { idOf, token: Marker, size: MaxItems });
  const next = page.nextToken === undefined ? {} : { Marker: page.nextToken };
  return { [member]: page.items.map(show), IsTruncated: page.nextToken !== undefined, ...next };
}

/** `AROA` or `AIPA` and 17 more. */
export function uniqueId(prefix: string, chance: Chance): string {
  return `${prefix}${chance.hex(17).toUpperCase()}`;
}

export function tagsFrom(list: z.output<typeof TagList> = []): Tags {
  const tags = Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
  const folded = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  // IAM tells tag keys apart by their letters, not by their case.
  if (folded.size < list.length) throw fault('InvalidInputException', 'Duplicate tag keys found.');
  if (list.some(({ Key }) => Key.startsWith('aws:'))) {
    throw fault('InvalidInputException', 'Tag keys that begin with aws: are reserved.');
  }
  return tags;
}

export function tagListOf(tags: Tags): readonly object[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A policy document is a JSON object with a statement. */
export function checkDocument(text: string): void {
  try {
    if (z.looseObject({ Statement: z.unknown() }).safeParse(JSON.parse(text)).data?.Statement !== undefined) return;
  } catch {
    // Not JSON: refused like everything else that is no policy.
  }
  throw fault('MalformedPolicyDocumentException', 'Syntax errors in policy.');
}

export function noSuchEntity(message: string): AwsFault {
  return fault('NoSuchEntityException', message, 404);
}

export function alreadyExists(message: string): AwsFault {
  return fault('EntityAlreadyExistsException', message, 409);
}

export function deleteConflict(message: string): AwsFault {
  return fault('DeleteConflictException', `Cannot delete entity, must ${message} first.`, 409);
}

export function limitExceeded(quota: string, limit: number): AwsFault {
  return fault('LimitExceededException', `Cannot exceed quota for ${quota}: ${limit}`, 409);
}
