import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type AccountContents, CloudAccount } from './cloud-account.ts';
import { type CloudAnswer, CloudRequest, HEADERS, HoldMoment, isMutating } from './cloud-protocol.ts';

/** Long enough that calls overlap, short enough that fifty kills take minutes. */
const LATENCY_MS = 4;

/** One request as the server saw it. */
export interface RequestEntry {
  readonly process: number;
  readonly instanceId: string;
  readonly request: CloudRequest;
  readonly atMs: number;
  hadEffect: boolean;
  /** Undefined: not answered yet. */
  answered: boolean | undefined;
}

/** A request that is neither answered nor, if so asked, executed until the test says so. */
export interface HeldCall {
  readonly entry: RequestEntry;
  /** The request is executed and answered, if anybody is still there. */
  readonly release: () => void;
}

/** A cloud account behind HTTP. It records everything and can hold requests. */
export class CloudServer {
  readonly log: RequestEntry[] = [];
  readonly held: HeldCall[] = [];
  /** Called with each request that has an effect, before it has it. */
  onMutation: ((entry: RequestEntry) => void) | undefined;
  onHeld: ((held: HeldCall) => void) | undefined;
  /** Called after each request without effect was answered. */
  onRead: ((entry: RequestEntry) => void) | undefined;
  readonly #server: Server;
  readonly account: CloudAccount;

  constructor(contents?: AccountContents) {
    this.account = new CloudAccount(contents);
    this.#server = createServer((incoming, response) => {
      this.#serve(incoming, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  async listen(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('The server has no port.');
    return `http://127.0.0.1:${address.port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  /** Requests with an effect that a process sent and never heard of again. */
  inFlight(process: number): number {
    return this.log.filter((entry) => entry.process === process && isMutating(entry.request) && entry.answered !== true)
      .length;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = await readEntry(incoming);
    this.log.push(entry);
    response.on('close', () => {
      entry.answered = response.writableFinished;
    });
    const asked = incoming.headers[HEADERS.hold];
    const moment = asked === undefined ? undefined : HoldMoment.parse(asked);
    if (moment === 'before-effect') await this.#hold(entry);
    const answer = this.#execute(entry);
    if (moment === 'after-effect') await this.#hold(entry);
    await pause(LATENCY_MS);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    if (!isMutating(entry.request)) this.onRead?.(entry);
  }

  #execute(entry: RequestEntry): CloudAnswer {
    if (isMutating(entry.request)) this.onMutation?.(entry);
    const { answer, hadEffect } = this.account.execute(entry.request);
    entry.hadEffect = hadEffect;
    return answer;
  }

  #hold(entry: RequestEntry): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = { entry, release: resolve };
    this.held.push(held);
    this.onHeld?.(held);
    return promise;
  }
}

async function readEntry(incoming: IncomingMessage): Promise<RequestEntry> {
  const request = CloudRequest.parse(await json(incoming));
  const process = Number(incoming.headers[HEADERS.process]);
  const instanceId = String(incoming.headers[HEADERS.instanceId]);
  return { process, instanceId, request, atMs: performance.now(), hadEffect: false, answered: undefined };
}
