import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { Datagram, DatagramSocket, Sockets } from '#std/sockets.ts';

export interface Resolver {
  readonly address: string;
  readonly port: number;
}

const ANSWER_WITHIN_MS = 2_000;
const QUERIES_MAX = 256;
const IDS = 2 ** 16;

interface Waiting {
  readonly query: Buffer;
  readonly resolver: Resolver;
  readonly answered: (answer: Buffer) => void;
}

interface ForwarderOptions {
  readonly sockets: Pick<Sockets, 'datagrams'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Asked one after the other. */
  readonly resolvers: readonly Resolver[];
}

/** Has the resolvers of the workstation answer what is not ours to answer. */
export class DnsForwarder implements AsyncDisposable {
  readonly #options: ForwarderOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed = new AbortController();
  #socket: DatagramSocket | undefined;

  private constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  static async open(options: ForwarderOptions): Promise<DnsForwarder> {
    const forwarder = new DnsForwarder(options);
    forwarder.#socket = await options.sockets.datagrams(0, (datagram) => forwarder.#hear(datagram), 'network');
    return forwarder;
  }

  /** Undefined: none of them has answered. */
  async ask(query: Buffer): Promise<Buffer | undefined> {
    for (const resolver of this.#options.resolvers) {
      if (this.#closed.signal.aborted || this.#waiting.size >= QUERIES_MAX) return undefined;
      const answer = await this.#askOne(query, resolver);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#socket?.[Symbol.asyncDispose]();
  }

  /** Under a number of our own: a guest's could be guessed, and another's could be the same. */
  async #askOne(query: Buffer, resolver: Resolver): Promise<Buffer | undefined> {
    const id = this.#freeId();
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    this.#waiting.set(id, { query, resolver, answered: resolve });
    const asked = Buffer.from(query);
    asked.writeUInt16BE(id, 0);
    this.#socket?.send(asked, resolver);
    const done = new AbortController();
    const late = this.#options.clock
      .sleep(ANSWER_WITHIN_MS, AbortSignal.any([done.signal, this.#closed.signal]))
      .then(() => undefined)
      .catch(() => undefined);
    try {
      return await Promise.race([promise, late]);
    } finally {
      done.abort();
      this.#waiting.delete(id);
    }
  }

  #freeId(): number {
    for (;;) {
      const id = Math.floor(this.#options.random.float() * IDS);
      if (!this.#waiting.has(id)) return id;
    }
  }

  #hear({ bytes, address, port }: Datagram): void {
    const answer = Buffer.from(bytes);
    if (answer.length < 2) return;
    const waiting = this.#waiting.get(answer.readUInt16BE(0));
    if (waiting === undefined || waiting.resolver.address !== address || waiting.resolver.port !== port) return;
    answer.writeUInt16BE(waiting.query.readUInt16BE(0), 0);
    waiting.answered(answer);
  }
}
