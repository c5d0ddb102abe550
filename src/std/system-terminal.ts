import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import type { LentProgram, Screen, Terminal } from './terminal.ts';

const COLUMNS = 80;
const ROWS = 24;
/** As shells say it. */
const ENDED_BY_SIGNAL = 128;
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The terminal of this process. */
export class SystemTerminal implements Terminal {
  readonly arguments = process.argv.slice(2);
  /** Of the Node that runs this. */
  readonly runtimeMajor = Number.parseInt(process.versions.node, 10);
  readonly output = new SystemScreen(process.stdout);
  readonly errors = new SystemScreen(process.stderr);
  readonly unread = this.output.unread;
  readonly #heard = new Set<() => void>();
  readonly #typed: string[] = [];

  get isInteractive(): boolean {
    return isatty(process.stdin.fd) && this.output.isTerminal;
  }

  readLine(question: string, signal: AbortSignal): Promise<string | undefined> {
    const early = this.#typed.shift();
    if (early !== undefined) {
      process.stdout.write(`${question}${early}\n`);
      return Promise.resolve(early);
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(asError(signal.reason));
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      const leave = (): void => {
        process.stdout.write('\n');
        reject(asError(signal.reason));
        lines.close();
      };
      signal.addEventListener('abort', leave, { once: true });
      // While it reads, Ctrl-C is a key like any other.
      lines.on('SIGINT', () => this.#heard.forEach((heard) => heard()));
      // Several lines may come at once, when they were pasted: they are answers to what will be asked next.
      lines.on('line', (line) => {
        this.#typed.push(line);
        queueMicrotask(() => lines.close());
      });
      lines.once('close', () => {
        signal.removeEventListener('abort', leave);
        resolve(this.#typed.shift());
      });
      lines.setPrompt(question);
      lines.prompt();
      return undefined;
    });
  }

  onInterrupt(heard: () => void): () => void {
    this.#heard.add(heard);
    for (const name of INTERRUPTS) process.on(name, heard);
    return () => {
      this.#heard.delete(heard);
      for (const name of INTERRUPTS) process.off(name, heard);
    };
  }

  /** Few commands do it: what it takes is loaded then. */
  async lend({ program, args, variables = {} }: LentProgram, signal: AbortSignal): Promise<number> {
    const [{ spawn }, { constants }] = await Promise.all([import('node:child_process'), import('node:os')]);
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...args], { stdio: 'inherit', env: { ...process.env, ...variables } });
      const end = (): void => void child.kill();
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      child.once('error', reject);
      child.once('close', (code, name) => {
        signal.removeEventListener('abort', end);
        resolve(code ?? ENDED_BY_SIGNAL + (name === null ? 0 : constants.signals[name]));
      });
    });
  }

  exit(code: number): void {
    process.exit(code);
  }

  /** Exits when all that was written has been taken: a pipe holds little, and whoever reads from it may be slow. */
  async end(code: number): Promise<void> {
    await Promise.all([this.output.flushed(), this.errors.flushed()]);
    this.exit(code);
  }
}

class SystemScreen implements Screen {
  readonly stream: NodeJS.WriteStream;
  readonly #fd: number;
  readonly #unread = new AbortController();

  constructor(stream: NodeJS.WriteStream & { readonly fd: number }) {
    this.stream = stream;
    this.#fd = stream.fd;
    // Whoever reads may leave early, as `head` does: that is no failure of the run.
    stream.on('error', () => this.#unread.abort());
  }

  get unread(): AbortSignal {
    return this.#unread.signal;
  }

  get isTerminal(): boolean {
    return isatty(this.#fd);
  }

  get columns(): number {
    return this.stream.columns || COLUMNS;
  }

  get rows(): number {
    return this.stream.rows || ROWS;
  }

  /** Also when nobody reads any more. */
  flushed(): Promise<void> {
    if (this.#unread.signal.aborted || this.stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.write('', () => resolve());
    });
  }

  write(text: string): void {
    if (!this.#unread.signal.aborted) this.stream.write(text);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError');
}
