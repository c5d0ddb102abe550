import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import type { LocalWorld } from '../local-world.ts';
import { within } from './patience.ts';

type Ground = Pick<LocalWorld, 'sockets' | 'clock'>;

/** It serves one after another: who waits longer than this waits for somebody who has hung. */
const ANSWER_MS = 10_000;

const Message = z.union([
  z.object({ QMP: z.object({}) }),
  z.object({ event: z.string() }),
  z.object({ id: z.string(), error: z.object({ class: z.string(), desc: z.string() }) }),
  z.object({ id: z.string(), return: z.unknown() }),
]);
type Message = z.output<typeof Message>;

interface Waiting {
  readonly command: string;
  resolve(answer: unknown): void;
  reject(error: CallError): void;
}

/** QEMU's own desk for one machine. It speaks with one at a time, so that nobody stays here for long. */
export class Monitor implements AsyncDisposable {
  readonly #clock: Ground['clock'];
  readonly #connection: Duplex;
  readonly #decoder = new StringDecoder('utf8');
  readonly #waiting = new Map<string, Waiting>();
  readonly #greeted = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #events: string[] = [];
  #unread = '';
  #asked = 0;

  private constructor({ clock }: Ground, connection: Duplex) {
    this.#clock = clock;
    this.#connection = connection;
    this.#greeted.promise.catch(() => undefined);
    connection.on('data', (bytes: Buffer) => this.#read(this.#decoder.write(bytes)));
    connection.once('close', () => this.#leave());
  }

  /** Fails with the code of the system when nobody listens there. */
  static async open(world: Ground, path: string): Promise<Monitor> {
    const monitor = new Monitor(world, await world.sockets.connect({ path }));
    try {
      await monitor.#inTime(monitor.#greeted.promise, 'greet');
      await monitor.execute('qmp_capabilities');
      return monitor;
    } catch (error) {
      await monitor[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What has happened to the machine while this was open, such as SHUTDOWN. */
  get events(): readonly string[] {
    return this.#events;
  }

  async execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#asked += 1;
    const id = `ask-${this.#asked}`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#connection.destroyed) throw hungUp(command);
    this.#waiting.set(id, { command, resolve, reject });
    this.#connection.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    try {
      return await this.#inTime(promise, command);
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** A line of the monitor for people, for what the other has no command; what it says comes back. */
  async say(line: string): Promise<string> {
    return z
      .string()
      .parse(await this.execute('human-monitor-command', { 'command-line': line }))
      .trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    await this.#closed.promise;
  }

  async #inTime<T>(answer: Promise<T>, command: string): Promise<T> {
    const outcome = await within({ clock: this.#clock }, ANSWER_MS, answer);
    if (outcome !== 'too late') return outcome;
    throw new CallError({ outcome: 'ambiguous', message: `QEMU did not answer "${command}" in ${ANSWER_MS} ms.` });
  }

  #read(text: string): void {
    const lines = `${this.#unread}${text}`.split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      const message = understood(line);
      if (message !== undefined) this.#take(message);
    }
  }

  #take(message: Message): void {
    if ('QMP' in message) return this.#greeted.resolve();
    if ('event' in message) {
      this.#events.push(message.event);
      return undefined;
    }
    const waiting = this.#waiting.get(message.id);
    if ('error' in message) return waiting?.reject(refused(waiting.command, message.error.desc));
    return waiting?.resolve(message.return);
  }

  #leave(): void {
    this.#greeted.reject(hungUp('greet'));
    for (const waiting of this.#waiting.values()) waiting.reject(hungUp(waiting.command));
    this.#closed.resolve();
  }
}

/** What it says beyond what was asked of it does not matter. */
function understood(line: string): Message | undefined {
  try {
    return Message.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function refused(command: string, words: string): CallError {
  return new CallError({ outcome: 'rejected', reason: 'invalid', message: `QEMU refused "${command}": ${words}` });
}

function hungUp(command: string): CallError {
  return new CallError({ outcome: 'ambiguous', message: `QEMU hung up before it had answered "${command}".` });
}
