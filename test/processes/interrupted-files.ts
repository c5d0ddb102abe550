import type { FileEntry, Files } from '#std/files.ts';
import type { Interruption } from './worker-orders.ts';

const JOURNAL = '/journal/';

/** The disk, on which a process ends or falls asleep at the chosen journal write. */
export class InterruptedFiles implements Files {
  journalWrites = 0;
  readonly #files: Files;
  readonly #interruption: Interruption | undefined;
  readonly #onWritten: (write: number) => void;

  constructor(files: Files, interruption: Interruption | undefined, onWritten: (write: number) => void) {
    this.#files = files;
    this.#interruption = interruption;
    this.#onWritten = onWritten;
  }

  /** A journal object is written when its file gets its name. */
  async link(existing: string, added: string): Promise<void> {
    if (!added.includes(JOURNAL)) return this.#files.link(existing, added);
    const write = this.journalWrites + 1;
    this.#strike('before-write', write);
    await this.#files.link(existing, added);
    this.journalWrites = write;
    this.#strike('after-write', write);
    this.#onWritten(write);
    return undefined;
  }

  read(path: string): Promise<string> {
    return this.#files.read(path);
  }

  create(path: string, text: string): Promise<void> {
    return this.#files.create(path, text);
  }

  remove(path: string): Promise<void> {
    return this.#files.remove(path);
  }

  list(directory: string): Promise<readonly FileEntry[]> {
    return this.#files.list(directory);
  }

  makeDirectory(path: string): Promise<void> {
    return this.#files.makeDirectory(path);
  }

  removeDirectory(path: string): Promise<void> {
    return this.#files.removeDirectory(path);
  }

  syncDirectory(path: string): Promise<void> {
    return this.#files.syncDirectory(path);
  }

  modifiedMs(path: string): Promise<number> {
    return this.#files.modifiedMs(path);
  }

  /** The signal arrives before the call returns: not one line runs in between. */
  #strike(moment: Interruption['moment'], write: number): void {
    const chosen = this.#interruption;
    if (chosen === undefined || chosen.moment === 'in-call' || chosen.moment !== moment) return;
    if (chosen.write === write) process.kill(process.pid, chosen.signal);
  }
}
