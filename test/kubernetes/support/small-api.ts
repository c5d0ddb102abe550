import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { text } from 'node:stream/consumers';
import { type Authority, makeAuthority } from '#pki/authority.ts';
import { issueLeaf } from '#pki/leaf.ts';
import type { ApiEndpoint, ApiPlace } from '#kubernetes/api-place.ts';
import { issueCredentials, MASTERS } from '#kubernetes/credentials.ts';
import { KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';

const SERVER_NAME = 'api.example.test';
const LIFE_MS = 3_600_000;
const random = new SystemRandom();

export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** As whom the client has proved to speak. */
  readonly user: string;
  readonly groups: readonly string[];
}

/** Undefined: it hangs up without a word. */
export type Behaviour = (heard: Heard) => { readonly status: number; readonly body: unknown } | undefined;

export function clusterAuthority(name = 'cluster of dev'): Authority {
  return makeAuthority({ name, random, nowMs: Date.now(), lifeDays: 1 });
}

/** A server that only does what a test says, behind the handshake that a real one asks for. */
export class SmallApi implements AsyncDisposable {
  readonly authority: Authority;
  readonly heard: Heard[] = [];
  /** How many were ever made to it. */
  connections = 0;
  behaviour: Behaviour = () => ({ status: 200, body: {} });
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(authority: Authority, server: Http2SecureServer) {
    this.authority = authority;
    this.#server = server;
  }

  static async open(authority = clusterAuthority(), serverName = SERVER_NAME): Promise<SmallApi> {
    const key = KeyPair.make('p256', random);
    const certificate = issueLeaf(authority, {
      request: key,
      commonName: 'kube-apiserver',
      organizations: [],
      dnsNames: [serverName],
      addresses: [],
      usages: ['server'],
      nowMs: Date.now(),
      lifeDays: 1,
      random,
    });
    const server = createSecureServer({
      cert: certificate,
      key: key.pem,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const api = new SmallApi(authority, server);
    server.on('session', (session) => {
      api.connections += 1;
      api.#sessions.add(session);
      session.once('close', () => api.#sessions.delete(session));
    });
    server.on('request', (request, response) => void api.#hear(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return api;
  }

  get endpoint(): ApiEndpoint {
    return { host: '127.0.0.1', port: addressOf(this.#server).port };
  }

  place(endpoints: readonly ApiEndpoint[] = [this.endpoint]): ApiPlace {
    const order = { user: 'me@here', groups: [MASTERS], lifeMs: LIFE_MS, nowMs: Date.now(), random };
    const credentials = issueCredentials(this.authority, order);
    return { endpoints, serverName: SERVER_NAME, authorities: [this.authority.certificate], credentials };
  }

  async #hear(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const { method, url: path, stream } = request;
    const socket = stream.session?.socket;
    if (!(socket instanceof TLSSocket)) throw new TypeError('It does not come by TLS.');
    const { subject } = socket.getPeerCertificate();
    const { CN: user, O: groups = [] } = subject;
    const heard = { method, path, body: await text(request), user: String(user), groups: [groups].flat() };
    this.heard.push(heard);
    const answer = this.behaviour(heard);
    if (answer === undefined) {
      stream.session?.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
    await closed;
  }
}

function addressOf(server: Http2SecureServer): AddressInfo {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address;
  throw new TypeError('It listens nowhere.');
}
