import type { AppPorts } from '#app/ports.ts';
import type { Files } from '#std/files.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';

type Touch = <T>(act: () => Promise<T>) => Promise<T>;

export interface Mortal {
  readonly world: Pick<AppPorts, 'files' | 'logFiles' | 'processes'>;
  readonly died: Promise<void>;
  /** Durable facts it has made. */
  made(): number;
}

/** Processes that die when they are told to, all inside this one. */
export class Mortals {
  readonly #dead = new Set<number>();
  #pids = 100_000;

  /** What a process of its own has of the world. After its fact number `lives` nothing of it ever reaches the disk. */
  begin(lives = Infinity): Mortal {
    const pid = this.#pids++;
    const death = Promise.withResolvers<void>();
    let made = 0;
    const touch: Touch = (act) => (this.#dead.has(pid) ? new Promise(() => undefined) : act());
    const note = (): void => {
      made += 1;
      if (made < lives) return;
      this.#dead.add(pid);
      death.resolve();
    };
    const system = new SystemProcesses();
    return {
      world: {
        files: mortalFiles(new SystemFiles(), touch, note),
        logFiles: { append: async () => undefined, readFrom: async (_path, offset) => ({ text: '', offset }) },
        processes: {
          self: async () => ({ ...(await system.self()), pid }),
          isCertainlyDead: async (holder) => this.#dead.has(holder.pid),
        },
      },
      died: death.promise,
      made: () => made,
    };
  }
}

function mortalFiles(files: Files, touch: Touch, note: () => void): Files {
  return {
    read: (path) => touch(() => files.read(path)),
    create: (path, text) => touch(() => files.create(path, text)),
    // Every durable fact gets its name by a link: before the name is there nothing has happened.
    link: (existing, added) =>
      touch(async () => {
        await files.link(existing, added);
        note();
      }),
    remove: (path) => touch(() => files.remove(path)),
    list: (directory) => touch(() => files.list(directory)),
    makeDirectory: (path) => touch(() => files.makeDirectory(path)),
    removeDirectory: (path) => touch(() => files.removeDirectory(path)),
    syncDirectory: (path) => touch(() => files.syncDirectory(path)),
    modifiedMs: (path) => touch(() => files.modifiedMs(path)),
  };
}
