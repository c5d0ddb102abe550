import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

interface ServedFile {
  readonly bytes: Uint8Array;
  /** Undefined: the server has no way to tell one version from another. */
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
}

/** What befalls one request. `cutAfter`: bytes of the body, then the connection is gone. */
export type Trouble =
  | { readonly cutAfter: number }
  | { readonly silentAfter: number }
  | { readonly status: number }
  /** The body ends early and says nothing of it. */
  | { readonly endAfter: number }
  | 'refused';

interface Manner {
  /** @default true */
  readonly hasRanges?: boolean;
  /** Whether a part is sent of whatever file there is now. @default false */
  readonly ignoresConditions?: boolean;
  /** @default true */
  readonly saysLength?: boolean;
  /** Where parts begin, whatever was asked for. @default as asked for */
  readonly partsFrom?: number;
}

/** A web server on the loopback address that serves files, as well or as badly as it is told. */
export class FileServer implements AsyncDisposable {
  readonly files = new Map<string, ServedFile>();
  readonly redirects = new Map<string, string>();
  /** For the next requests, one each. */
  readonly troubles: Trouble[] = [];
  /** Only requests for such paths meet them. */
  troublesAt = /./;
  readonly requests: { readonly path: string; readonly range: string | undefined; readonly status: number }[] = [];
  manner: Manner = {};
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  static async open(): Promise<FileServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FileServer(server);
  }

  urlOf(path: string): URL {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
    return new URL(path, `http://127.0.0.1:${address.port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname: path } = new URL(request.url ?? '/', 'http://any');
    const trouble = this.troublesAt.test(path) ? this.troubles.shift() : undefined;
    const say = (status: number, headers: Record<string, string> = {}): ServerResponse => {
      this.requests.push({ path, range: request.headers.range, status });
      return response.writeHead(status, headers);
    };
    if (trouble === 'refused') return void request.socket.destroy();
    if (trouble !== undefined && 'status' in trouble) return void say(trouble.status).end();
    const redirect = this.redirects.get(path);
    if (redirect !== undefined) return void say(302, { location: redirect }).end('Elsewhere.');
    const file = this.files.get(path);
    if (file === undefined) return void say(404).end('There is no such thing.');
    const part = this.#partOf(request, file);
    if (part === undefined) return void say(416, { 'content-range': `bytes */${file.bytes.length}` }).end();
    this.#send(say(part.status, { ...part.headers, ...versionOf(file) }), part.bytes, trouble);
  }

  #partOf({ headers }: IncomingMessage, file: ServedFile) {
    const { hasRanges = true, partsFrom } = this.manner;
    const { bytes } = file;
    const asked = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
    if (asked === undefined || !hasRanges || !this.#isMeant(headers['if-range']?.toString(), file))
      return { status: 200, bytes, headers: this.#lengthOf(bytes) };
    const start = partsFrom ?? Number(asked);
    if (start >= bytes.length) return undefined;
    const rest = bytes.subarray(start);
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    return { status: 206, bytes: rest, headers: { 'content-range': range, ...this.#lengthOf(rest) } };
  }

  #lengthOf({ length }: Uint8Array): Record<string, string> {
    return this.manner.saysLength === false ? {} : { 'content-length': String(length) };
  }

  #isMeant(condition: string | undefined, { etag, modified }: ServedFile): boolean {
    if (this.manner.ignoresConditions === true) return true;
    // A weak tag never means the very same bytes.
    return condition === undefined || (!condition.startsWith('W/') && [etag, modified].includes(condition));
  }

  #send(
    response: ServerResponse,
    bytes: Uint8Array,
    trouble: Exclude<Trouble, 'refused' | { status: number }> | undefined,
  ): void {
    if (trouble === undefined) return void response.end(bytes);
    if ('endAfter' in trouble) return void response.end(bytes.subarray(0, trouble.endAfter));
    response.flushHeaders();
    if ('silentAfter' in trouble) return void response.write(bytes.subarray(0, trouble.silentAfter));
    // First on its way, then cut: what is only in a buffer of ours would never have been sent.
    if (trouble.cutAfter === 0) return void setImmediate(() => response.destroy());
    response.write(bytes.subarray(0, trouble.cutAfter), () => response.destroy());
  }
}

function versionOf({ etag, modified }: ServedFile): Record<string, string> {
  return { ...(etag === undefined ? {} : { etag }), ...(modified === undefined ? {} : { 'last-modified': modified }) };
}
