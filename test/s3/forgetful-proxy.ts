import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Passing {
  readonly method: string;
  readonly path: string;
}

/** Stands before a server on loopback. It lets every request be executed, and of some it never tells the answer. */
export class ForgetfulProxy implements AsyncDisposable {
  readonly endpoint: string;
  readonly #server: Server;
  readonly #target: string;
  #forgets: (passing: Passing) => boolean = () => false;
  /** Answers that it kept to itself: their status codes. */
  readonly forgotten: number[] = [];

  private constructor(server: Server, endpoint: string, target: string) {
    this.#server = server;
    this.endpoint = endpoint;
    this.#target = target;
    server.on('request', (asked, answer) => {
      this.#pass(asked, answer).catch((error: unknown) => answer.destroy(asError(error)));
    });
  }

  static async before(target: string): Promise<ForgetfulProxy> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A listening server has a port.');
    return new ForgetfulProxy(server, `http://127.0.0.1:${address.port}`, target);
  }

  /** From now on it forgets these; what came before is past. */
  forget(forgets: (passing: Passing) => boolean): void {
    this.forgotten.length = 0;
    this.#forgets = forgets;
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', rawHeaders } = asked;
    const isForgotten = this.#forgets({ method, path });
    // With the headers as they are: the signature covers the host that the client believes to speak to.
    const sent = request(`${this.#target}${path}`, { method, headers: rawHeaders, setDefaultHeaders: false });
    const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sent.on('response', resolve).on('error', reject);
    sent.end(await buffer(asked));
    const response = await answered;
    const { statusCode = 0 } = response;
    const body = await buffer(response);
    if (isForgotten) {
      this.forgotten.push(statusCode);
      answer.destroy();
      return;
    }
    answer.writeHead(statusCode, response.rawHeaders);
    answer.end(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
