import { join } from 'node:path';
import { nonce } from '#std/random.ts';
import { sha256Base32 } from '#std/hash.ts';
import type { RunEvent } from './app.ts';
import type { AppPorts } from './ports.ts';

export const RUN_LOG_EXTENSION = '.jsonl';
const RANDOM_LETTERS = 6;

/** Everything that was said in one run of the program, line by line, with its time. */
export class RunLog {
  /** Sorts by time: `20261121t093012z-k3x7ab`. */
  readonly run: string;
  readonly #ports: AppPorts;
  readonly #path: string;
  #written: Promise<void> = Promise.resolve();

  constructor(ports: AppPorts, directory: string) {
    const { clock, random } = ports;
    const time = new Date(clock.wallMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    this.run = `${time.toLowerCase()}-${sha256Base32(nonce(random)).slice(0, RANDOM_LETTERS)}`;
    this.#ports = ports;
    this.#path = join(directory, `${this.run}${RUN_LOG_EXTENSION}`);
  }

  /** A log that cannot be written stops no run. */
  write(event: RunEvent): void {
    const line = `${JSON.stringify({ atMs: this.#ports.clock.wallMs(), run: this.run, event })}\n`;
    this.#written = this.#written.then(() => this.#ports.logFiles.append(this.#path, line)).catch(() => undefined);
  }

  /** Resolves when everything said so far is in the file. */
  async flush(): Promise<void> {
    await this.#written;
  }
}
