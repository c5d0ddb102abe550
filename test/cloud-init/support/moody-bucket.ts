import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { sha256Hex } from '#std/hash.ts';

const SKEW_MS_MAX = 900_000;

type Refusal = readonly [status: number, code: string];

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Of the session that it was signed with. */
  readonly token: string;
  /** Of its content, by its own word. */
  readonly digest: string;
}

/** A bucket that answers as S3 is documented to, whatever mood it is in. It believes every signature. */
export class MoodyBucket implements AsyncDisposable {
  readonly objects = new Map<string, Buffer>();
  readonly asked: Asked[] = [];
  /** What it answers next, before anything is done. */
  readonly refusals: Refusal[] = [];
  /** By its own clock: whoever is another time away is refused. */
  aheadMs = 0;
  readonly #server: Server;
  readonly #identity: Identity | undefined;

  private constructor(identity: Identity | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    this.#server = identity === undefined ? createServer(answer) : createSecureServer(identity, answer);
    this.#identity = identity;
  }

  /** With an identity it speaks TLS, as `localhost`. */
  static async open(identity?: Identity): Promise<MoodyBucket> {
    const bucket = new MoodyBucket(identity);
    await once(bucket.#server.listen(0, '127.0.0.1'), 'listening');
    return bucket;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('A listening server has a port.');
    return this.#identity === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const path = decodeURIComponent(url);
    this.asked.push({
      method,
      path,
      token: String(headers['x-amz-security-token']),
      digest: String(headers['x-amz-content-sha256']),
    });
    const nowMs = Date.now() + this.aheadMs;
    response.setHeader('Date', new Date(nowMs).toUTCString());
    const body = await buffer(request);
    const digests = [sha256Hex(body), ...(this.#identity === undefined ? [] : ['UNSIGNED-PAYLOAD'])];
    const refusal =
      this.refusals.shift() ?? flawOf(headers, { nowMs, digests }) ?? this.#objection(method, path, headers);
    if (refusal !== undefined) return refuse(response, refusal);
    if (method === 'PUT') this.objects.set(path, body);
    this.#give(response, this.objects.get(path) ?? Buffer.alloc(0), request);
  }

  #objection(method: string, path: string, headers: IncomingHttpHeaders): Refusal | undefined {
    const found = this.objects.get(path);
    if (method === 'PUT') return found && headers['if-none-match'] === '*' ? [412, 'PreconditionFailed'] : undefined;
    // It is not told apart from what may not be read by whoever may not list.
    if (found === undefined) return [403, 'AccessDenied'];
    return headers['if-none-match'] === tagOf(found) ? [304, ''] : undefined;
  }

  #give(response: ServerResponse, bytes: Buffer, { method, headers }: IncomingMessage): void {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (from > bytes.length) return refuse(response, [416, 'InvalidRange']);
    const part = from === 0 ? {} : { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from === 0 ? 200 : 206, { ETag: tagOf(bytes), ...part });
    response.end(method === 'PUT' ? '' : bytes.subarray(from));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function flawOf(
  headers: IncomingHttpHeaders,
  { nowMs, digests }: { readonly nowMs: number; readonly digests: readonly string[] },
): Refusal | undefined {
  const date = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  if (Math.abs(Date.parse(date) - nowMs) > SKEW_MS_MAX) return [403, 'RequestTimeTooSkewed'];
  const digest = String(headers['x-amz-content-sha256']);
  return digests.includes(digest) ? undefined : [400, 'XAmzContentSHA256Mismatch'];
}

function tagOf(bytes: Buffer): string {
  return `"${sha256Hex(bytes).slice(0, 32)}"`;
}

function refuse(response: ServerResponse, [status, code]: Refusal): void {
  response.writeHead(status).end(status === 304 ? '' : `<Error><Code>${code}</Code></Error>`);
}
