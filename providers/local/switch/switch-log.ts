import type { Clock } from '#std/clock.ts';
import type { Disk } from '#std/disk.ts';

/** What has happened, for people. It never makes the directory anew that it stands in: when that is gone, so is the log. */
export class SwitchLog {
  readonly #world: { readonly clock: Clock; readonly disk: Disk };
  readonly #path: string;
  #written: Promise<unknown> = Promise.resolve();

  constructor(world: { readonly clock: Clock; readonly disk: Disk }, path: string) {
    this.#world = world;
    this.#path = path;
  }

  say(sentence: string): void {
    const { clock, disk } = this.#world;
    const line = new TextEncoder().encode(`${new Date(clock.wallMs()).toISOString()} ${sentence}\n`);
    this.#written = this.#written.then(() => disk.append(this.#path, only(line))).catch(() => undefined);
  }

  /** When everything that was said is written. */
  async settled(): Promise<void> {
    await this.#written;
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
