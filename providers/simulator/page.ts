import { fault } from './aws-fault.ts';
import type { Desk } from './desk.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined: this was the last page. */
  readonly nextToken: string | undefined;
}

interface PageRequest<T> {
  /** Names an item for ever; pages go through them in this order. */
  readonly idOf: (item: T) => string;
  readonly token?: string | undefined;
  readonly size?: number | undefined;
  /** Whether a page may hold nothing although more follows. @default false */
  readonly mayBeEmpty?: boolean;
}

const SIZE_MAX = 1_000;
const EMPTY_RATE = 0.2;
const TOKEN_HEAD = 'after:';

/** A part of a listing. A token names the last item shown, so that what is added or removed meanwhile shifts nothing. */
export function pageOf<T>(desk: Desk, all: readonly T[], request: PageRequest<T>): Page<T> {
  const { idOf, token, size = SIZE_MAX } = request;
  const after = token === undefined ? '' : readToken(token);
  const sorted = all.toSorted((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  const left = sorted.filter((item) => idOf(item) > after);
  const isSmall = left.length > 1 && desk.chance.happens(desk.weather.pageSizeOne);
  const items = left.slice(0, isSmall ? smallSize(desk, request) : size);
  const last = items.at(-1);
  const nextToken = items.length === left.length ? undefined : writeToken(last === undefined ? after : idOf(last));
  return { items, nextToken };
}

function smallSize<T>({ chance }: Desk, { mayBeEmpty = false }: PageRequest<T>): number {
  return mayBeEmpty && chance.happens(EMPTY_RATE) ? 0 : 1;
}

function writeToken(id: string): string {
  return Buffer.from(`${TOKEN_HEAD}${id}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(TOKEN_HEAD)) throw fault('InvalidPaginationToken', 'The token is not one of this listing.');
  return text.slice(TOKEN_HEAD.length);
}
