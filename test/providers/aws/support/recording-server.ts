import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface RecordedRequest {
  readonly method: string;
  /** With a scheme and a host when it came as to a proxy. */
  readonly target: string;
  readonly host: string;
  /** The access key that signed it. */
  readonly signedBy: string | undefined;
  /** The service that it was signed for. */
  readonly signedFor: string | undefined;
  readonly body: URLSearchParams;
  /** What it asks for: `AssumeRole`, `DescribeVpcs`. */
  readonly action: string;
}

type Answer = (request: RecordedRequest) => { readonly status?: number; readonly type?: string; readonly text: string };

/** A server on loopback that remembers what it was asked, also as a proxy. */
export class RecordingServer implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  /** Hosts that tunnels were asked for. */
  readonly tunnels: string[] = [];
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      this.#record(request, response, answer).catch((error: unknown) => response.destroy(asError(error)));
    });
    this.#server.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
      this.tunnels.push(url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
  }

  static async start(answer: Answer): Promise<RecordingServer> {
    const server = new RecordingServer(answer);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  async #record(incoming: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
    const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const [, signedBy, signedFor] =
      /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    const { method = '', url: target = '' } = incoming;
    const action = body.get('Action') ?? `${method} ${target}`;
    const request = { method, target, host: incoming.headers.host ?? '', signedBy, signedFor, body, action };
    this.requests.push(request);
    const { status = 200, type = 'text/xml', text } = answer(request);
    response.writeHead(status, { 'content-type': type }).end(text);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
