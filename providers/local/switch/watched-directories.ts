import type { Files } from '#std/files.ts';
import { readMachines, readRecords, stampOfMachines, stampOfRecords } from './directory-reading.ts';
import type { KnownMachine } from './links.ts';
import type { NameRecord } from './zone-answers.ts';

interface WatchedOptions {
  readonly files: Files;
  readonly records: string;
  readonly machines: string;
  readonly tellRecords: (records: readonly NameRecord[]) => void;
  readonly tellMachines: (machines: readonly KnownMachine[]) => void;
}

/** What others write for the switch: names and machines. Read again when it has changed. */
export class WatchedDirectories {
  readonly #options: WatchedOptions;
  #recordsStamp: string | undefined;
  #machinesStamp: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: WatchedOptions) {
    this.#options = options;
  }

  look(): Promise<void> {
    return this.#inTurn(() => this.#lookOnce());
  }

  /** Also what seems not to have changed. */
  lookAgain(): Promise<void> {
    return this.#inTurn(() => {
      this.#recordsStamp = undefined;
      this.#machinesStamp = undefined;
      return this.#lookOnce();
    });
  }

  /** The stamp is from before the reading: what changes meanwhile is read again. */
  async #lookOnce(): Promise<void> {
    const { files, records, machines, tellRecords, tellMachines } = this.#options;
    const recordsStamp = await stampOfRecords(files, records);
    if (recordsStamp !== this.#recordsStamp) tellRecords(await readRecords(files, records));
    this.#recordsStamp = recordsStamp;
    const machinesStamp = await stampOfMachines(files, machines);
    if (machinesStamp !== this.#machinesStamp) tellMachines(await readMachines(files, machines));
    this.#machinesStamp = machinesStamp;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
