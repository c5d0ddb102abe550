import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { STAND_IN_HEADER } from '#providers/simulator/stand-in/on-behalf.ts';
import { type ApiCall, namesOf } from './api-call.ts';

/** Where to stop a run: before its n-th request is passed on, or when that is executed and its answer held back. */
export interface Stop {
  readonly call: number;
  readonly moment: 'before' | 'in-flight';
}

export interface Traffic {
  readonly calls: readonly ApiCall[];
  /** Where the run was stopped; undefined: it never came that far. */
  readonly stoppedAt: ApiCall | undefined;
}

interface Orders {
  readonly stop: Stop;
  /** The request stands still: now. */
  readonly onStop: () => void;
}

interface Answer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/**
 * Stands on loopback between the program and an emulator, counts the program's requests and stops it exactly at one of
 * them. What a stand-in sends in the stead of machines passes uncounted.
 */
export class CountingProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: false });
  #calls: ApiCall[] = [];
  #orders: Orders | undefined;
  #stoppedAt: ApiCall | undefined;
  #lastPut: Promise<undefined> = Promise.resolve(undefined);

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, reply) => {
      this.#pass(incoming, reply).catch(() => reply.destroy());
    });
  }

  static async before(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Counts anew, for the next run of the program. */
  begin(orders?: Orders): void {
    this.#calls = [];
    this.#orders = orders;
    this.#stoppedAt = undefined;
  }

  get traffic(): Traffic {
    return { calls: this.#calls, stoppedAt: this.#stoppedAt };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    this.#agent.destroy();
  }

  async #pass(incoming: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    // After the stop nothing of that run may get through any more: it is dead, only its sockets do not know.
    if (this.#stoppedAt !== undefined) return;
    const stopping = this.#count(incoming, body);
    if (stopping?.moment === 'before') return stopping.now();
    const answer = await (incoming.method === 'PUT' ? this.#inTurn(incoming, body) : this.#forward(incoming, body));
    if (stopping !== undefined) return stopping.now();
    if (reply.destroyed) return;
    reply.writeHead(answer.status, [...answer.rawHeaders]);
    reply.end(incoming.method === 'HEAD' ? undefined : answer.body);
  }

  /** Whether the request is the one to stop at. It, or its answer, goes no further then. */
  #count({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer) {
    if (headers[STAND_IN_HEADER] !== undefined) return undefined;
    const call = { number: this.#calls.length + 1, ...namesOf({ method, url, headers, body }) };
    this.#calls.push(call);
    const orders = this.#orders;
    if (orders?.stop.call !== call.number) return undefined;
    const now = (): void => {
      this.#stoppedAt = call;
      orders.onStop();
    };
    return { moment: orders.stop.moment, now };
  }

  /** moto looks at an object and then writes it: of two writes at one moment it may take both for the first. */
  #inTurn(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const forwarded = this.#lastPut.then(() => this.#forward(incoming, body));
    this.#lastPut = forwarded.then(
      () => undefined,
      () => undefined,
    );
    return forwarded;
  }

  async #forward({ method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = this.#target;
    const outgoing = request({ hostname, port, method, path: url, headers: rawHeaders, agent: this.#agent });
    outgoing.end(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    outgoing.on('response', resolve).on('error', reject);
    const answer = await promise;
    return { status: answer.statusCode ?? 502, rawHeaders: answer.rawHeaders, body: await buffer(answer) };
  }
}
