import { z } from 'zod';
import { problem } from '#engine/problem.ts';
import { readChecksummed, withChecksum } from '#state/checksummed.ts';
import { DurableDirectory } from '#state/durable-directory.ts';
import { isStoreError } from '#state/object-store.ts';
import { storeProblem } from '#state/store-problem.ts';
import type { Files } from '#std/files.ts';
import type { Random } from '#std/random.ts';
import { type AccountLog, LogEntry } from './account-log.ts';

/** Entries in a bundle. */
export const BUNDLE_SIZE = 500;

interface DirectoryLogOptions {
  readonly root: string;
  readonly files: Files;
  readonly random: Random;
}

/**
 * A log in a directory that any number of processes share, without a daemon and without a lock: one file an entry, its
 * number taken by link(2). What is found under a number is whole, whenever its writer was killed.
 *
 *     log/000000000001.json       an entry
 *     bundle/000000000500.json    entries 1 to 500 once more: one file to read instead of so many
 *
 * A bundle that is missing or damaged costs time and nothing else.
 */
export class DirectoryLog implements AccountLog {
  readonly #directory: DurableDirectory;

  constructor(options: DirectoryLogOptions) {
    this.#directory = new DurableDirectory(options);
  }

  async append(seq: number, entry: LogEntry): Promise<boolean> {
    if (!(await this.#publish(entryPath(seq), JSON.stringify(entry)))) return false;
    if (seq % BUNDLE_SIZE === 0) await this.#bundle(seq).catch(() => undefined);
    return true;
  }

  async readAfter(seq: number): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    for (;;) {
      const next = seq + entries.length + 1;
      const found = (await this.#readBundle(next)) ?? (await this.#readEntry(next));
      if (found === undefined) return entries;
      entries.push(...found);
    }
  }

  async #readEntry(seq: number): Promise<readonly [LogEntry] | undefined> {
    const path = entryPath(seq);
    const text = await this.#readText(path);
    if (text === undefined) return undefined;
    const entry = parse(LogEntry, text);
    if (entry !== undefined) return [entry];
    const detail = `${this.#directory.root}/${path} is damaged: the simulated account cannot be read any further`;
    throw problem('state.corrupt', { detail });
  }

  /** Undefined: no bundle begins with this number, or there is none yet. */
  async #readBundle(first: number): Promise<readonly LogEntry[] | undefined> {
    if (first % BUNDLE_SIZE !== 1) return undefined;
    const text = await this.#readText(bundlePath(first + BUNDLE_SIZE - 1));
    return text === undefined ? undefined : parse(Bundle, text);
  }

  async #bundle(last: number): Promise<void> {
    const entries: LogEntry[] = [];
    for (let seq = last - BUNDLE_SIZE + 1; seq <= last; seq += 1) {
      const entry = await this.#readEntry(seq);
      if (entry === undefined) return;
      entries.push(...entry);
    }
    await this.#publish(bundlePath(last), JSON.stringify(entries));
  }

  /** False: the name is taken. */
  async #publish(path: string, body: string): Promise<boolean> {
    try {
      await this.#directory.publish(path, withChecksum(body));
      return true;
    } catch (error) {
      if (isStoreError(error, 'precondition')) return false;
      throw storeProblem(error, this.#directory.root);
    }
  }

  async #readText(path: string): Promise<string | undefined> {
    try {
      return await this.#directory.read(path);
    } catch (error) {
      throw storeProblem(error, this.#directory.root);
    }
  }
}

const Bundle = z.array(LogEntry).length(BUNDLE_SIZE).readonly();

/** Undefined when any bit of it is not what was written. */
function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  const checked = readChecksummed(text);
  return checked === undefined ? undefined : schema.safeParse(JSON.parse(checked.body)).data;
}

function entryPath(seq: number): string {
  return `log/${numbered(seq)}`;
}

function bundlePath(last: number): string {
  return `bundle/${numbered(last)}`;
}

function numbered(seq: number): string {
  return `${String(seq).padStart(12, '0')}.json`;
}
