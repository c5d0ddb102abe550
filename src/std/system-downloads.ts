import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { type DownloadAnswer, DownloadError, type DownloadRequest, type Downloads } from './downloads.ts';
import { type HttpAgents, systemHttpAgents } from './system-http-agents.ts';

/** As node and OpenSSL name what is wrong with a certificate, or with what was spoken in place of TLS. */
const DISTRUSTED =
  /^(?:EPROTO$|ERR_TLS_|ERR_SSL_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERROR_IN_CERT)/;

/** So much is held of what nobody has taken yet, and a little more. */
const HELD_BYTES_MAX = 1_048_576;

/** From the network of this machine, by the proxies that its variables name. */
export class SystemDownloads implements Downloads {
  readonly #agents: HttpAgents;

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#agents = systemHttpAgents(variables);
  }

  get({ url, offset = 0, ifRange, signal }: DownloadRequest): Promise<DownloadAnswer> {
    const isSecure = url.protocol === 'https:';
    const headers = {
      accept: '*/*',
      // A file is wanted as it lies there: a length and a digest are of that.
      'accept-encoding': 'identity',
      'user-agent': 'bootstrap',
      ...(offset === 0 ? {} : { range: `bytes=${offset}-` }),
      ...(offset === 0 || ifRange === undefined ? {} : { 'if-range': ifRange }),
    };
    const agent = isSecure ? this.#agents.https : this.#agents.http;
    return new Promise((resolve, reject) => {
      const request = (isSecure ? getSecurely : getPlain)(url, { agent, headers, signal }, (response) =>
        resolve(answerOf(response, signal)),
      );
      request.on('error', (error) => reject(judged(error, signal)));
    });
  }
}

function answerOf(response: IncomingMessage, signal: AbortSignal): DownloadAnswer {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  const arrivals = new Arrivals(response, signal);
  return {
    status: response.statusCode ?? 0,
    headers,
    pieces: arrivals.pieces(),
    [Symbol.dispose]: () => void response.destroy(),
  };
}

/** What comes, held until it is taken: of a connection that breaks nothing is lost that had arrived. */
class Arrivals {
  readonly #response: IncomingMessage;
  readonly #queue: Uint8Array[] = [];
  #heldBytes = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(response: IncomingMessage, signal: AbortSignal) {
    this.#response = response;
    response.on('data', (piece: Uint8Array) => {
      this.#queue.push(piece);
      this.#heldBytes += piece.length;
      if (this.#heldBytes > HELD_BYTES_MAX) response.pause();
      this.#wake();
    });
    response.on('end', () => this.#finish({}));
    response.on('error', (error) => this.#finish({ error: judged(error, signal) }));
    response.on('close', () => this.#finish({ error: new DownloadError('lost', 'The connection was closed.') }));
  }

  async *pieces(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        this.#heldBytes -= piece.length;
        if (this.#queue.length === 0) this.#response.resume();
        yield piece;
      } else if (this.#end === undefined) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      } else {
        if ('error' in this.#end) throw this.#end.error;
        return;
      }
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#wake();
  }
}

function judged(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new DownloadError('lost', 'It was left.');
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new DownloadError(DISTRUSTED.test(code) ? 'distrusted' : 'lost', wordsOf(error, code), error);
}

/** Several addresses that all refuse are one error without words. */
function wordsOf(error: unknown, code: string): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  return message === '' ? code : message;
}
