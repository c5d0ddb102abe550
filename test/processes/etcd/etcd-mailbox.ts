import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What a machine finds at its mailbox, and leaves there: held in memory, spoken over HTTP. */
export class EtcdMailbox implements AsyncDisposable {
  /** What `GET` answers, by path. */
  readonly shown = new Map<string, string>();
  /** What was `PUT`, by path. */
  readonly received = new Map<string, Buffer>();
  /** As if nobody could reach it. */
  isCut = false;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(
        ({ code, body }) => response.writeHead(code, { etag: `"${body.length}"` }).end(body),
        () => response.destroy(),
      );
    });
  }

  static async open(): Promise<EtcdMailbox> {
    const mailbox = new EtcdMailbox();
    await once(mailbox.#server.listen(0, '127.0.0.1'), 'listening');
    return mailbox;
  }

  /** At this path, as behind the door of a machine: whatever network that has. */
  static async behindDoor(path: string): Promise<EtcdMailbox> {
    const mailbox = new EtcdMailbox();
    await once(mailbox.#server.listen(path), 'listening');
    return mailbox;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('A listening server has a port.');
    return `http://127.0.0.1:${address.port}`;
  }

  async #answer(request: IncomingMessage): Promise<{ readonly code: number; readonly body: string }> {
    const { method, url: path = '' } = request;
    const body = await buffer(request);
    if (this.isCut) return { code: 503, body: '' };
    if (method === 'PUT') {
      const isNew = !this.received.has(path);
      if (isNew) this.received.set(path, body);
      return { code: isNew ? 201 : 409, body: '' };
    }
    const shown = this.shown.get(path);
    return shown === undefined ? { code: 404, body: '' } : { code: 200, body: shown };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
