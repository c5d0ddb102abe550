import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sha256Hex } from '#std/hash.ts';

interface Visit {
  readonly method: string;
  readonly path: string;
  /** From which byte on it wanted an asset. */
  readonly from: number;
}

const FOR_MACHINES = /^(?:welcome|renewal-\d+|update-\d+)$/;

/** What stands before a machine: boxes for letters, and a shelf that can be as unreliable as a network is. */
export class MailboxServer implements AsyncDisposable {
  readonly letters = new Map<string, string>();
  readonly visits: Visit[] = [];
  /** By the digest that they are asked for, whatever they have. */
  readonly assets = new Map<string, Uint8Array>();
  /** After so many bytes of an asset or a letter the connection breaks. */
  breaksAfter = Number.POSITIVE_INFINITY;
  /** An asset is given only when another one is asked for at the same time; not to a machine that asks for its scripts. */
  answersInPairs = false;
  /** Told what a machine wrote, before the machine is told that it is there. */
  heard: (letter: string, body: string) => void = () => undefined;
  readonly #server: Server;
  #waiting: (() => void) | undefined;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(port = 0): Promise<MailboxServer> {
    const mailbox = new MailboxServer();
    mailbox.#server.listen(port, '127.0.0.1');
    await once(mailbox.#server, 'listening');
    return mailbox;
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Answers its digest. */
  shelve(bytes: Uint8Array): string {
    const sha256 = sha256Hex(bytes);
    this.assets.set(sha256, bytes);
    return sha256;
  }

  /** From the machine, in the order in which they came. */
  get written(): readonly string[] {
    return [...this.letters.keys()].filter((name) => !FOR_MACHINES.test(name));
  }

  letter(name: string): unknown {
    return JSON.parse(this.letters.get(name) ?? 'null');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = request;
    const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    this.visits.push({ method, path, from: Number(first ?? 0) });
    const [, asset] = /^\/assets\/(\w+)$/.exec(path) ?? [];
    if (asset === undefined) return this.#answerAtBox(path.replace('/letters/', ''), request, response);
    if (this.answersInPairs && this.letters.has('welcome')) await this.#pair();
    this.#give(response, this.assets.get(asset), first);
  }

  async #answerAtBox(letter: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'PUT') response.writeHead(await this.#take(letter, request)).end();
    else this.#tell(response, FOR_MACHINES.test(letter) ? this.letters.get(letter) : undefined);
  }

  #pair(): Promise<void> {
    return new Promise((resolve) => {
      const other = this.#waiting;
      this.#waiting = other === undefined ? resolve : undefined;
      if (other === undefined) return;
      other();
      resolve();
    });
  }

  async #take(name: string, request: IncomingMessage): Promise<number> {
    const pieces: string[] = [];
    request.setEncoding('utf8');
    try {
      for await (const piece of request) pieces.push(String(piece));
    } catch {
      return 400;
    }
    if (this.letters.has(name)) return 409;
    this.letters.set(name, pieces.join(''));
    this.heard(name, pieces.join(''));
    return 201;
  }

  #give(response: ServerResponse, bytes: Uint8Array | undefined, first: string | undefined): void {
    if (bytes === undefined) return void response.writeHead(404).end('no such asset');
    const from = Number(first ?? 0);
    if (first !== undefined && from >= bytes.length) return void response.writeHead(416).end();
    const range = first === undefined ? {} : { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(first === undefined ? 200 : 206, { 'Content-Length': bytes.length - from, ...range });
    this.#send(response, bytes.subarray(from));
  }

  #tell(response: ServerResponse, text: string | undefined): void {
    if (text === undefined) return void response.writeHead(404).end('not yet');
    const bytes = Buffer.from(text);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
    this.#send(response, bytes);
  }

  #send(response: ServerResponse, bytes: Uint8Array): void {
    if (bytes.length <= this.breaksAfter) response.end(bytes);
    else response.write(bytes.subarray(0, this.breaksAfter), () => response.destroy());
  }
}
