import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import type { Kind, Tags } from '../objects.ts';
import { type Page, pageOf } from '../page.ts';
import { type Fields, Filters, filtered } from './filters.ts';

/** What every listing takes besides the ids. */
export const LISTING = {
  Filters,
  MaxResults: z.number().int().optional(),
  NextToken: z.string().optional(),
};

interface Item {
  readonly id: string;
  readonly tags: Tags;
}

interface ListingRequest<T> {
  readonly asked: {
    readonly Filters?: z.output<typeof Filters>;
    readonly MaxResults?: number | undefined;
    readonly NextToken?: string | undefined;
  };
  /** Undefined: all. An id that is not there fails the whole request. */
  readonly ids: readonly string[] | undefined;
  readonly missing: Missing;
  readonly fields: Fields<T>;
}

/** How a service says that an id is not there. */
export type Missing = (id: string) => AwsFault;

const PAGE_SIZE_MIN = 5;
const PAGE_SIZE_MAX = 1_000;

/** A page of what a reader sees, by ids and filters. */
export function listed<T extends Item>(desk: Desk, seen: readonly T[], request: ListingRequest<T>): Page<T> {
  const { asked, ids, missing, fields } = request;
  const { MaxResults: size, NextToken: token } = asked;
  if (size !== undefined && (size < PAGE_SIZE_MIN || size > PAGE_SIZE_MAX)) {
    throw fault('InvalidParameterValue', `Value ( ${size} ) for parameter maxResults is invalid.`);
  }
  if (ids === undefined || ids.length === 0) {
    const all = filtered(seen, asked.Filters, fields);
    return pageOf(desk, all, { idOf: ({ id }) => id, token, size, mayBeEmpty: true });
  }
  if (size !== undefined) {
    throw fault('InvalidParameterCombination', 'A list of ids cannot be used with the parameter maxResults');
  }
  const chosen = ids.map((id) => pick(seen, id, missing));
  return { items: filtered(chosen, asked.Filters, fields), nextToken: undefined };
}

export function notFound(code: string, what: string): Missing {
  return (id) => fault(code, `The ${what} '${id}' does not exist`);
}

/** The object as it is, if the caller can see it already: references lag behind like listings do. */
export function mustSee<T extends { readonly tags: Tags }>(
  desk: Desk,
  kind: Kind<T>,
  { id, missing }: { readonly id: string; readonly missing: Missing },
): T {
  const value = desk.truth(kind).get(id);
  if (value === undefined || desk.view(kind).get(id) === undefined) throw missing(id);
  return value;
}

function pick<T extends Item>(items: readonly T[], id: string, missing: Missing): T {
  const item = items.find((candidate) => candidate.id === id);
  if (item === undefined) throw missing(id);
  return item;
}
