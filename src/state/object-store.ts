/** A stored text with the tag that a compare-and-swap must present. */
export interface Stored {
  readonly body: string;
  readonly tag: string;
  /** Newer versions that failed their checksum, so that this older one counts again; they may have held answers already given. */
  readonly damaged?: readonly string[];
}

/**
 * The least a store must offer: immutable objects, and registers that change by compare-and-swap.
 * Every failure is a StoreError; whether a failed write was executed is in its outcome.
 * Both kinds share one set of keys: words joined by `/`, the last with an extension.
 */
export interface ObjectStore {
  /** For messages: where the state lives. */
  readonly location: string;
  readRegister(key: string): Promise<Stored | undefined>;
  /** Writes only if the register still has `expected`; undefined: only if there is none. Returns the new tag. */
  swapRegister(key: string, body: string, expected: string | undefined): Promise<string>;
  /** Writes only if no object has the key. */
  createObject(key: string, body: string): Promise<void>;
  readObject(key: string): Promise<string | undefined>;
  /** Keys of objects and registers with the prefix that sort after `after`, ascending, complete. */
  listObjects(prefix: string, after?: string): Promise<readonly string[]>;
  /** An object or a register; absent is fine. */
  removeObject(key: string): Promise<void>;
}

/**
 * | outcome      | executed?              | example                          |
 * |--------------|------------------------|----------------------------------|
 * | precondition | no                     | 412, EEXIST                      |
 * | conflict     | no, try again          | 409 beside another write         |
 * | unavailable  | no, try again          | 503                              |
 * | ambiguous    | perhaps, now or later  | timeout, connection reset        |
 * | denied       | no                     | 403: never read as "not there"   |
 * | full         | no                     | ENOSPC, quota                    |
 * | corrupt      | –                      | a stored body failed its checksum |
 */
export type StoreOutcome = 'precondition' | 'conflict' | 'unavailable' | 'ambiguous' | 'denied' | 'full' | 'corrupt';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly outcome: StoreOutcome;

  constructor(outcome: StoreOutcome, message: string, cause?: unknown) {
    super(message, { cause });
    this.outcome = outcome;
  }
}

export function isStoreError(error: unknown, outcome: StoreOutcome): error is StoreError {
  return error instanceof StoreError && error.outcome === outcome;
}
