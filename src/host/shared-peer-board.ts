import type { ClusterUid } from '#engine/address.ts';
import { CallError, isAmbiguous } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import { type BoardChange, changed, type Contents } from './board-changes.ts';
import { type Board, boardIn, EMPTY_BOARD, textOf } from './board-text.ts';
import type { Peer, PeerBoard, Withdrawn } from './peer-board.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;

interface StoredBoard {
  readonly text: string;
  readonly tag: string;
}

/** Where a provider keeps the board of each cluster: one text, changed by compare-and-swap. */
export interface BoardRegister {
  /** Undefined: nobody was ever on it. */
  read(context: Reading): Promise<StoredBoard | undefined>;
  /** In the place of the text with the tag, or of none. False: another text came first. */
  swap(context: Writing, text: string, expected: string | undefined): Promise<boolean>;
}

/** Only one run writes at a time: whoever else does is about to notice that it has lost its lease. */
const ROUNDS_MAX = 12;
const PAUSE_FIRST_MS = 10;

/**
 * All who have something to change at one moment share one write, and while it is under way the next ones gather: a
 * thousand nodes are a few writes. Each is judged by itself against what the others before it have brought.
 */
export class SharedPeerBoard implements PeerBoard {
  readonly #register: BoardRegister;
  readonly #clock: Clock;
  /** By cluster, in the order in which they came. A cluster that is here has somebody who writes for it. */
  readonly #waiting = new Map<ClusterUid, Waiting[]>();
  #latest: { readonly text: string; readonly board: Board } | undefined;

  constructor(register: BoardRegister, clock: Clock) {
    this.#register = register;
    this.#clock = clock;
  }

  async all(context: Reading): Promise<readonly Peer[]> {
    return this.#boardIn(await this.#register.read(context)).peers;
  }

  async find(context: Reading, node: string): Promise<Peer | undefined> {
    return (await this.all(context)).find((peer) => peer.node === node);
  }

  publish(context: Writing, peer: Peer): Promise<void> {
    return this.#ask(context, { kind: 'publish', peer });
  }

  withdraw(context: Writing, peer: Withdrawn): Promise<void> {
    return this.#ask(context, { kind: 'withdraw', peer });
  }

  setSeats(context: Writing, nodes: readonly string[]): Promise<void> {
    return this.#ask(context, { kind: 'seats', nodes });
  }

  async hasRetired(context: Reading): Promise<boolean> {
    return this.#boardIn(await this.#register.read(context)).hasRetired === true;
  }

  #ask(context: Writing, change: BoardChange): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const mine = { context, change, resolve, reject };
    const waiting = this.#waiting.get(context.cluster);
    if (waiting !== undefined) waiting.push(mine);
    else {
      this.#waiting.set(context.cluster, [mine]);
      this.#serve(context.cluster).catch(reject);
    }
    return promise;
  }

  async #serve(cluster: ClusterUid): Promise<void> {
    await this.#clock.sleep(0);
    const waiting = this.#waiting.get(cluster) ?? [];
    while (waiting.length > 0) waiting.unshift(...(await this.#settle(waiting.splice(0))));
    this.#waiting.delete(cluster);
  }

  /** Those that are left over because the one on whose behalf it was done has gone. */
  async #settle(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const [first, ...others] = batch;
    if (first === undefined) return [];
    try {
      const refused = await this.#write(first.context, batch);
      for (const { resolve, reject, change } of batch) {
        const refusal = refused.get(change);
        if (refusal === undefined) resolve();
        else reject(refusal);
      }
      return [];
    } catch (error) {
      first.reject(error);
      if (first.context.signal.aborted) return others;
      for (const { reject } of others) reject(error);
      return [];
    }
  }

  /** Which of them were refused, and why. All others are on the board then, whoever has written them. */
  async #write(context: Writing, batch: readonly Waiting[]): Promise<ReadonlyMap<BoardChange, CallError>> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (round > 0) await this.#clock.sleep(PAUSE_FIRST_MS * 2 ** round, context.signal);
      const stored = await this.#register.read(context);
      const board = this.#boardIn(stored);
      const { after, refused } = allChanged(board, batch);
      if (after === board) return refused;
      const text = textOf({ ...after, revision: board.revision + 1 });
      if (await this.#swapped(context, text, stored?.tag)) return refused;
    }
    const message = 'The list of peers changes faster than it can be written.';
    throw new CallError({ outcome: 'ambiguous', message });
  }

  /** In doubt it was not: what is there tells, and what is there already is not written again. */
  async #swapped(context: Writing, text: string, expected: string | undefined): Promise<boolean> {
    try {
      return await this.#register.swap(context, text, expected);
    } catch (error) {
      if (isAmbiguous(error)) return false;
      throw error;
    }
  }

  #boardIn(stored: StoredBoard | undefined): Board {
    if (stored === undefined) return EMPTY_BOARD;
    if (this.#latest?.text !== stored.text) this.#latest = { text: stored.text, board: boardIn(stored.text) };
    return this.#latest.board;
  }
}

interface Waiting {
  readonly context: Writing;
  readonly change: BoardChange;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function allChanged(before: Contents, batch: readonly Waiting[]) {
  const refused = new Map<BoardChange, CallError>();
  let after = before;
  for (const { change } of batch) {
    try {
      after = changed(after, change);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      refused.set(change, error);
    }
  }
  return { after, refused };
}
