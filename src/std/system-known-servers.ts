import { type ClientHttp2Session, connect, constants } from 'node:http2';
import {
  type KnownServer,
  type KnownServers,
  LostRequest,
  type ServerAnswer,
  type ServerLine,
  type ServerRequest,
} from './known-server.ts';
import { talk } from './system-server-talk.ts';

const CONNECT_MS = 6_000;

interface SystemKnownServersOptions {
  /** Nobody waits longer for a connection; it is made all the same, for whoever comes next. @default six seconds */
  readonly connectMs?: number;
}

/** One connection to each server carries all requests: to shake hands is what takes longest, and what a busy server does least well. */
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
  readonly #connectMs: number;
  /** By host and port: on its way, or there. */
  readonly #sessions = new Map<string, Promise<ClientHttp2Session>>();

  constructor(server: KnownServer, connectMs: number) {
    this.#server = server;
    this.#connectMs = connectMs;
  }

  async ask(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const session = await this.#connected(request, signal);
    try {
      return await talk(session, request, signal);
    } finally {
      if (signal.aborted) this.#doubt(session);
    }
  }

  [Symbol.dispose](): void {
    for (const session of this.#sessions.values()) void session.then((made) => made.destroy()).catch(() => undefined);
    this.#sessions.clear();
  }

  async #connected({ host, port }: ServerRequest, signal: AbortSignal): Promise<ClientHttp2Session> {
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const known = this.#sessions.get(place);
    const session = known ?? this.#connect(place);
    try {
      return await withinMs(session, this.#connectMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      throw new LostRequest(why, { wasSent: false, cause: error });
    }
  }

  #connect(place: string): Promise<ClientHttp2Session> {
    const { name: servername, authorities, certificate: cert, key } = this.#server;
    const session = connect(`https://${place}`, { servername, ca: [...authorities], cert, key });
    const made = new Promise<ClientHttp2Session>((resolve, reject) => {
      session.once('connect', () => {
        session.unref();
        resolve(session);
      });
      session.once('error', reject);
      session.once('close', () => reject(new LostRequest('the connection was closed', { wasSent: false })));
    });
    const forget = (): void => {
      if (this.#sessions.get(place) === made) this.#sessions.delete(place);
    };
    // What is open on it is told by itself.
    session.on('error', forget);
    session.once('goaway', forget);
    session.once('close', forget);
    made.catch(forget);
    this.#sessions.set(place, made);
    return made;
  }

  /** Nobody may be there any more to answer: then who comes next has to find another. */
  #doubt(session: ClientHttp2Session): void {
    if (session.destroyed) return;
    const over = setTimeout(() => session.destroy(undefined, constants.NGHTTP2_CANCEL), this.#connectMs);
    over.unref();
    session.ping(() => clearTimeout(over));
  }
}

async function withinMs<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  const { promise: given, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason);
  const timer = setTimeout(() => reject(new LostRequest(`no connection within ${ms} ms`, { wasSent: false })), ms);
  signal.addEventListener('abort', leave, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}
