import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveDoor } from '#providers/local/mailbox/door.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

const DOOR = fileURLToPath(new URL('../../../../../providers/local/mailbox/door-main.ts', import.meta.url));

/** What Node is told, to serve one connection for this box. */
export function doorArguments(box: string): readonly string[] {
  return ['--conditions=source', DOOR, box];
}

/** A box, and who stands before it as QEMU does: each connection is given to a door of its own, in the place of its terminal. */
export class DoorServer implements AsyncDisposable {
  /** Beside the box it has what all machines share. */
  readonly ground: string;
  readonly box: string;
  readonly #doors: ChildProcess[] = [];
  #visits = 0;
  readonly #server: Server;

  private constructor(ground: string, admit: 'to a process' | 'inside') {
    this.ground = ground;
    this.box = join(ground, 'mailboxes', 'box');
    this.#server = createServer({ pauseOnConnect: admit === 'to a process', allowHalfOpen: true }, (socket) => {
      this.#visits += 1;
      if (admit === 'inside') void this.#serve(socket);
      else this.#hand(socket);
    });
  }

  static open(): Promise<DoorServer> {
    return DoorServer.#opened('to a process', 0);
  }

  /** Served by this process, where what is said matters and not how: that is over far sooner. */
  static openInside(port = 0): Promise<DoorServer> {
    return DoorServer.#opened('inside', port);
  }

  static async #opened(admit: 'to a process' | 'inside', port: number): Promise<DoorServer> {
    const server = new DoorServer(await mkdtemp(join(tmpdir(), 'bootstrap-door-')), admit);
    await mkdir(server.box, { recursive: true });
    await server.listen(port);
    return server;
  }

  /** How often somebody has come. */
  get visits(): number {
    return this.#visits;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (!isAddressInfo(address)) throw new Error('It does not listen.');
    return address.port;
  }

  /** All that comes back when this is said, piece by piece, and then no more. */
  async ask(...pieces: readonly string[]): Promise<string> {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    const answer = heardOn(socket);
    for (const piece of pieces) await say(socket, piece);
    socket.end();
    return answer;
  }

  put(letter: string, body: unknown): Promise<string> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const length = Buffer.byteLength(text);
    return this.ask(`PUT /letters/${letter} HTTP/1.1\r\nHost: box\r\nContent-Length: ${length}\r\n\r\n${text}`);
  }

  /** When every door that was opened has closed by itself. */
  async quiet(): Promise<void> {
    const open = this.#doors.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(open.map((door) => once(door, 'exit')));
  }

  async letters(): Promise<readonly string[]> {
    return (await readdir(this.box)).toSorted();
  }

  letter(name: string): Promise<string> {
    return readFile(join(this.box, name), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const door of this.#doors) door.kill('SIGKILL');
    await rm(this.ground, { recursive: true, force: true });
  }

  #hand(socket: Socket): void {
    // QEMU, too, sends errors the same way as answers.
    this.#doors.push(spawn(process.execPath, doorArguments(this.box), { stdio: [socket, socket, socket] }));
    // The door has its own hold on it now.
    socket.destroy();
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const pieces: AsyncIterator<unknown> = socket.iterator({ destroyOnReturn: false });
    const connection = {
      read: async () => {
        const next = await pieces.next();
        return next.done !== true && next.value instanceof Uint8Array ? next.value : undefined;
      },
      write: (words: string | Uint8Array) => say(socket, words),
    };
    const world = { files: new SystemFiles(), disk: new SystemDisk(), random: new SystemRandom() };
    await serveDoor({ ...world, clock: new VirtualClock() }, this.box, connection);
    socket.end();
  }
}

/** Also when it is cut off: what has been heard until then. */
export function heardOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      heard += piece;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

export function say(socket: Socket, piece: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    socket.write(piece, () => resolve());
  });
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
