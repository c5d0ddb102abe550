import { join } from 'node:path';
import { askSettled, createSettled, type Patience, type StorePorts } from '#state/conditional-write.ts';
import { RUNS_PREFIX } from '#state/object-keys.ts';
import { isFileError } from '#std/files.ts';
import type { LoggedEvent } from './app.ts';
import { DEADLINES } from './deadlines.ts';
import { parseRunLog } from './logged-event.ts';
import type { AppPorts } from './ports.ts';
import { RUN_LOG_EXTENSION } from './run-log.ts';

/** The logs of one cluster's runs on this workstation, and those that runs elsewhere have left beside the state. */
export class RunLogs {
  readonly #ports: AppPorts;
  readonly #directory: string;
  readonly #read = new Map<string, { readonly text: string; readonly offset: number }>();

  constructor(ports: AppPorts, directory: string) {
    this.#ports = ports;
    this.#directory = directory;
  }

  /** What was written here since the last question, oldest run first. */
  async readNew(): Promise<readonly LoggedEvent[]> {
    const events: LoggedEvent[] = [];
    for (const name of await this.#names()) events.push(...(await this.#readFile(name)));
    return events;
  }

  /** Runs whose log is beside the state and not on this workstation. */
  async readElsewhere(ports: StorePorts, signal?: AbortSignal): Promise<readonly LoggedEvent[]> {
    const own = new Set(await this.#names());
    const keys = await askSettled(ports, () => ports.objects.listObjects(RUNS_PREFIX), this.#patience(signal));
    const events: LoggedEvent[] = [];
    for (const key of keys.filter((candidate) => !own.has(candidate.slice(RUNS_PREFIX.length)))) {
      const text = await askSettled(ports, () => ports.objects.readObject(key), this.#patience(signal));
      events.push(...parseRunLog(text ?? ''));
    }
    return events;
  }

  /** Leaves the log of a run that is over beside the state, once. */
  async upload(
    ports: StorePorts,
    { run, signal }: { readonly run: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const name = `${run}${RUN_LOG_EXTENSION}`;
    const { text } = await this.#ports.logFiles.readFrom(join(this.#directory, name), 0);
    await createSettled(ports, `${RUNS_PREFIX}${name}`, text, this.#patience(signal));
  }

  async #readFile(name: string): Promise<readonly LoggedEvent[]> {
    const { text: rest, offset } = this.#read.get(name) ?? { text: '', offset: 0 };
    const added = await this.#ports.logFiles.readFrom(join(this.#directory, name), offset);
    const text = rest + added.text;
    const whole = text.lastIndexOf('\n') + 1;
    this.#read.set(name, { text: text.slice(whole), offset: added.offset });
    return parseRunLog(text.slice(0, whole));
  }

  async #names(): Promise<readonly string[]> {
    try {
      const entries = await this.#ports.files.list(this.#directory);
      return entries.flatMap(({ name }) => (name.endsWith(RUN_LOG_EXTENSION) ? [name] : [])).toSorted();
    } catch (error) {
      if (isFileError(error, 'absent')) return [];
      throw error;
    }
  }

  #patience(signal?: AbortSignal): Patience {
    const deadlineMs = this.#ports.clock.monotonicMs() + DEADLINES.logMs;
    return { deadlineMs: () => deadlineMs, signal };
  }
}
