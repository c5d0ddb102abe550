import type { Instance } from './ec2/instance.ts';
import { byText, firstAtLeast } from './first-at-least.ts';

export interface Box {
  readonly name: string;
  /** `mailbox/<ARN of the machine>/`. */
  readonly prefix: string;
  readonly machine: Instance;
}

/** The mailboxes of the machines of an account, in order. */
export class Mailboxes {
  readonly #owners: ReadonlyMap<string, Instance>;
  readonly #shelves = new Map<string, Shelf>();

  private constructor(machines: readonly Instance[]) {
    this.#owners = new Map(machines.map((machine) => [machine.box, machine]));
    for (const [bucket, speakers] of Map.groupBy(machines, ({ stub }) => stub?.bucket)) {
      if (bucket !== undefined) this.#shelves.set(bucket, shelfOf(speakers));
    }
  }

  /** Worked out once, as long as the list is the same. */
  static of(machines: readonly Instance[]): Mailboxes {
    const found = known.get(machines) ?? new Mailboxes(machines);
    known.set(machines, found);
    return found;
  }

  ownerOf(box: string): Instance | undefined {
    return this.#owners.get(box);
  }

  /** Those in a bucket that may hold keys with the prefix behind `after`, in the order of keys. */
  *under(bucket: string, prefix: string, after: string): Generator<Box, undefined> {
    const shelf = this.#shelves.get(bucket);
    const named = prefixIn(prefix);
    if (shelf === undefined) return;
    if (named !== undefined) {
      const box = shelf.boxes.get(named);
      if (box !== undefined) yield box;
      return;
    }
    const begin = prefixIn(after) ?? after;
    const { prefixes, boxes } = shelf;
    for (let index = firstAtLeast(prefixes, begin > prefix ? begin : prefix); ; index += 1) {
      const box = boxes.get(prefixes[index] ?? '');
      if (box?.prefix.startsWith(prefix) !== true) return;
      yield box;
    }
  }
}

export function prefixOfBox({ arn }: Pick<Instance, 'arn'>): string {
  return `mailbox/${arn}/`;
}

const known = new WeakMap<readonly Instance[], Mailboxes>();

interface Shelf {
  readonly boxes: ReadonlyMap<string, Box>;
  /** Sorted. */
  readonly prefixes: readonly string[];
}

function shelfOf(machines: readonly Instance[]): Shelf {
  const boxes = new Map<string, Box>();
  for (const machine of machines) {
    const prefix = prefixOfBox(machine);
    boxes.set(prefix, { name: machine.box, prefix, machine });
  }
  return { boxes, prefixes: [...boxes.keys()].toSorted(byText) };
}

/** The box that a key, or the beginning of one, names. */
function prefixIn(key: string): string | undefined {
  return /^mailbox\/[^/]+\/[^/]+\//.exec(key)?.[0];
}
