import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { Peer } from './peer-board.ts';

const Board = z.strictObject({
  format: z.literal(1),
  /** Counts the changes: a list that is as it was before still is another text, and has another tag. */
  revision: z.int().nonnegative(),
  peers: z.array(Peer).readonly(),
  seats: z.array(z.string()).readonly().optional(),
  hasRetired: z.boolean().optional(),
});

/** What is on a board, with all that tells it from what was on it before. */
export interface Board {
  readonly revision: number;
  /** By the names of their nodes. */
  readonly peers: readonly Peer[];
  /** The nodes that are to vote in the quorum, by name. */
  readonly seats?: readonly string[] | undefined;
  /** A member of the quorum that was ready has been taken off it: from then on there is something to lose. */
  readonly hasRetired?: boolean | undefined;
}

export const EMPTY_BOARD: Board = { revision: 0, peers: [] };

export function boardIn(text: string): Board {
  const read = Board.safeParse(jsonIn(text));
  if (read.success) return read.data;
  const message =
    'What is stored as the list of peers is none. It is not written over; an earlier version brings it back.';
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message, cause: read.error });
}

export function textOf({ revision, peers, seats, hasRetired }: Board): string {
  return JSON.stringify({ format: 1, revision, peers, seats, hasRetired });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
