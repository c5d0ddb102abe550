import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request as askSecurely } from 'node:https';
import {
  type KnownServer,
  type KnownServers,
  LostRequest,
  type ServerAnswer,
  type ServerLine,
  type ServerRequest,
} from './known-server.ts';

const CONNECT_MS = 15_000;
/** At one time, to one server: to shake hands is what takes longest, and who has done so goes on asking. */
const CONNECTIONS_MAX = 4;
/** A longer answer is cut off. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20;

interface SystemKnownServersOptions {
  /** A connection that takes longer does not come about. @default fifteen seconds */
  readonly connectMs?: number;
}

export class SystemKnownServers implements KnownServers {
  readonly #connectMs: number;

  constructor({ connectMs = CONNECT_MS }: SystemKnownServersOptions = {}) {
    this.#connectMs = connectMs;
  }

  open(server: KnownServer): ServerLine {
    return new SystemServerLine(server, this.#connectMs);
  }
}

class SystemServerLine implements ServerLine {
  readonly #server: KnownServer;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

  readonly #connectMs: number;

  constructor(server: KnownServer, connectMs: number) {
    this.#server = server;
    this.#connectMs = connectMs;
  }

  ask({ host, port, method, path, headers, body }: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const { name: servername, authorities, certificate: cert, key } = this.#server;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asking = askSecurely({
        agent: this.#agent,
        host,
        port,
        method,
        path,
        signal,
        servername,
        ca: [...authorities],
        cert,
        key,
        headers: { ...headers, ...length },
      });
      const connection = watchConnection(asking, this.#connectMs);
      const fail = (error: Error): void => {
        reject(new LostRequest(error.message, { wasSent: connection.wasMade, cause: error }));
      };
      asking.once('error', fail);
      asking.once('response', (answer) => void collect(answer).then(resolve, fail));
      asking.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** What has no connection was not heard; and one that does not come about in time is none. */
function watchConnection(asking: ClientRequest, connectMs: number): { readonly wasMade: boolean } {
  const connection = { wasMade: false };
  asking.once('socket', (socket) => {
    if (asking.reusedSocket) {
      connection.wasMade = true;
      return;
    }
    socket.once('secureConnect', () => {
      connection.wasMade = true;
      socket.setTimeout(0);
    });
    socket.setTimeout(connectMs, () => {
      if (!connection.wasMade)
        asking.destroy(new LostRequest(`no connection within ${connectMs} ms`, { wasSent: false }));
    });
  });
  return connection;
}

async function collect(answer: IncomingMessage): Promise<ServerAnswer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.iterator()) {
    if (!(piece instanceof Uint8Array)) continue;
    length += piece.length;
    if (length > ANSWER_BYTES_MAX)
      throw new LostRequest(`an answer of more than ${ANSWER_BYTES_MAX} bytes`, { wasSent: true });
    pieces.push(piece);
  }
  return { status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') };
}
