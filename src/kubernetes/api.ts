import { CallError } from '#engine/call.ts';
import { assert } from '#std/assert.ts';
import { type KnownServers, LostRequest, type ServerAnswer, type ServerLine } from '#std/known-server.ts';
import { ApiKinds } from './api-kinds.ts';
import { faultOf } from './api-faults.ts';
import { type ApiEndpoint, type ApiPlace, spellEndpoint } from './api-place.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
}

const ABSENT = 404;
const REFUSED = 400;

/** Speaks to the API by whichever of its endpoints answers: a connection that did not come about has done nothing. */
export class KubernetesApi implements Disposable {
  readonly kinds = new ApiKinds();
  readonly #line: ServerLine;
  /** In the order in which they are tried: who answered last comes first. */
  #endpoints: readonly ApiEndpoint[];

  constructor({ endpoints, serverName, authorities, credentials }: ApiPlace, servers: KnownServers) {
    const { certificate, key } = credentials;
    this.#line = servers.open({ name: serverName, authorities, certificate, key: key.reveal() });
    this.#endpoints = endpoints;
  }

  /** The answer, if it is a good one; else fails with what it means. */
  async ask(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const answer = await this.send(request, signal);
    if (answer.status >= REFUSED) throw faultOf(answer);
    return parseJson(answer);
  }

  /** Undefined: there is no such thing. */
  async find(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await this.send({ method: 'GET', path }, signal);
    if (answer.status === ABSENT) return undefined;
    if (answer.status >= REFUSED) throw faultOf(answer);
    return parseJson(answer);
  }

  /** Whatever the answer is. */
  async send({ method, path, body, contentType }: ApiRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const headers = { accept: 'application/json, */*', 'user-agent': 'bootstrap', ...typeOf(body, contentType) };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const tried: string[] = [];
    for (const endpoint of this.#endpoints) {
      try {
        const answer = await this.#line.ask({ ...endpoint, method, path, headers, body: text }, signal);
        this.#endpoints = [endpoint, ...this.#endpoints.filter((other) => other !== endpoint)];
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LostRequest)) throw error;
        tried.push(`${spellEndpoint(endpoint)}: ${error.message}`);
        // Whoever does not answer is asked last from now on.
        this.#endpoints = [...this.#endpoints.filter((other) => other !== endpoint), endpoint];
        if (error.wasSent && method !== 'GET') throw lost('ambiguous', tried);
      }
    }
    throw lost('not-yet', tried);
  }

  /** The one that answered last. */
  get endpoint(): ApiEndpoint {
    const [endpoint] = this.#endpoints;
    assert(endpoint !== undefined, 'Who is asked for the endpoint that answered has had an answer.');
    return endpoint;
  }

  [Symbol.dispose](): void {
    this.#line[Symbol.dispose]();
  }
}

function typeOf(body: unknown, contentType = 'application/json'): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-type': contentType };
}

function lost(outcome: 'not-yet' | 'ambiguous', tried: readonly string[]): CallError {
  const why = tried.length === 0 ? 'nothing leads to it' : tried.join('; ');
  return new CallError({ outcome, message: `The API did not answer (${why}).` });
}

function parseJson({ body }: ServerAnswer): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new CallError({ outcome: 'ambiguous', message: 'The API answered with what is no JSON.' });
  }
}
