import type { AccountLog, LogEntry } from './account-log.ts';

/** A log that lives as long as the process. Accounts that share one are like processes that share a directory. */
export class MemoryLog implements AccountLog {
  readonly #entries: LogEntry[] = [];

  append(seq: number, entry: LogEntry): boolean {
    if (seq !== this.#entries.length + 1) return false;
    this.#entries.push(entry);
    return true;
  }

  readAfter(seq: number): readonly LogEntry[] {
    return this.#entries.slice(seq);
  }
}
