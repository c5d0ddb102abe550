import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WorkerLine, type WorkerOrders } from './worker-orders.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly WorkerLine[];
  readonly stderr: string;
}

/** A worker in a process group of its own, as its parent sees it. */
export class WorkerProcess {
  readonly pid: number;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  readonly #lines: WorkerLine[] = [];
  #stderr = '';

  constructor(orders: WorkerOrders, environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ['--conditions=source', WORKER, JSON.stringify(orders)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    const { pid } = this.#child;
    if (pid === undefined) throw new TypeError('The worker could not be started.');
    this.pid = pid;
    this.#readLines();
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const { promise, resolve, reject } = Promise.withResolvers<WorkerEnd>();
    this.#child.once('error', reject);
    this.#child.once('close', (code, signal) => {
      resolve({ code, signal, lines: this.#lines, stderr: this.#stderr });
    });
    this.ended = promise;
  }

  /** To the whole group, as long as its leader is there: a number that was given back may be somebody else's. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.pid, signal);
  }

  countPrinted(type: string): number {
    return countEvents(this.#lines, type);
  }

  #readLines(): void {
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = `${rest}${text}`.split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#lines.push(WorkerLine.parse(JSON.parse(part)));
    });
  }
}

/** What a worker said at its end; undefined: it did not get that far. */
export function lastWord({ lines }: WorkerEnd): Extract<WorkerLine, { type: 'end' }> | undefined {
  const last = lines.at(-1);
  return last?.type === 'end' ? last : undefined;
}

/** How often a worker told of an event. */
export function countEvents(lines: readonly WorkerLine[], type: string): number {
  return lines.filter((line) => line.type === 'event' && line.event.type === type).length;
}
