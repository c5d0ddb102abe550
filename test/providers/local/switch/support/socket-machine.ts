import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { FrameDecoder } from '#providers/local/switch/frame-codec.ts';
import { macOf, readTestFrame, type TestFrame, writeTestFrame } from './test-frame.ts';

/** A machine at the socket of a switch, as QEMU connects one. */
export class SocketMachine implements Disposable {
  readonly index: number;
  readonly received: TestFrame[] = [];
  readonly socket: Socket;
  #sequence = 0;

  private constructor(index: number, socket: Socket) {
    this.index = index;
    this.socket = socket;
    const decoder = new FrameDecoder();
    socket.on('data', (piece) => {
      for (const frame of decoder.push(Buffer.from(piece))) this.received.push(readTestFrame(frame));
    });
    socket.on('error', () => undefined);
  }

  static async plugIn(index: number, path: string): Promise<SocketMachine> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new SocketMachine(index, socket);
  }

  say(to: number, bytes?: number): TestFrame {
    this.#sequence += 1;
    const frame = { from: macOf(this.index), to, sequence: this.#sequence };
    this.socket.write(writeTestFrame(frame, bytes));
    return frame;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
