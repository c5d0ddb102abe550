import type { ResourceContext } from '#engine/resource.ts';
import { everyPage } from './every-page.ts';

export type Asking = Pick<ResourceContext, 'read' | 'signal'>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** Asks for one page of a listing. */
export type AskPage<Query, Item> = (context: Asking, query: Query, after: string | undefined) => Promise<Page<Item>>;

/**
 * One listing for all who look at the same time. At most one is under way and one waits: who comes while its request
 * has not been sent joins it, who comes later joins the next. So every answer is of a request sent after the question.
 */
export class SharedListing<Query, Item> {
  readonly #askPage: AskPage<Query, Item>;
  readonly #queues = new Map<string, Queue<Item>>();

  constructor(askPage: AskPage<Query, Item>) {
    this.#askPage = askPage;
  }

  /** Complete, all pages of it. Queries of one `key` are the same. */
  async ask(context: Asking, key: string, query: Query): Promise<readonly Item[]> {
    const queue = this.#queues.get(key) ?? { gathering: undefined, last: undefined };
    this.#queues.set(key, queue);
    const round = queue.gathering ?? this.#gather(context, query, queue);
    try {
      return await round.items;
    } catch (error) {
      // It was left by whoever began it; that is nothing to those who joined.
      if (round.signal.aborted && !context.signal.aborted) return this.ask(context, key, query);
      throw error;
    }
  }

  #gather(context: Asking, query: Query, queue: Queue<Item>): Round<Item> {
    const before = queue.last;
    const close = (): void => {
      if (queue.gathering === round) queue.gathering = undefined;
    };
    const list = async (): Promise<readonly Item[]> => {
      await before?.ended;
      const asking = closingAtFirstRequest(context, close);
      return everyPage((after) => this.#askPage(asking, query, after));
    };
    const items = list().finally(close);
    const ended = items.then(nothing, nothing);
    const round: Round<Item> = { items, ended, signal: context.signal };
    queue.gathering = round;
    queue.last = round;
    return round;
  }
}

interface Queue<Item> {
  /** May still be joined. */
  gathering: Round<Item> | undefined;
  last: Round<Item> | undefined;
}

interface Round<Item> {
  readonly items: Promise<readonly Item[]>;
  readonly ended: Promise<void>;
  /** Of whoever began it. */
  readonly signal: AbortSignal;
}

function closingAtFirstRequest({ read, signal }: Asking, close: () => void): Asking {
  return {
    signal,
    read: (call, request) =>
      read(call, (signalOfCall) => {
        close();
        return request(signalOfCall);
      }),
  };
}

function nothing(): void {}
