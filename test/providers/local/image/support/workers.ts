import type { Workers } from '#std/drafts.ts';

/** Processes of a workstation, some of which end. */
export class Processes {
  readonly #dead = new Set<number>();

  /** As the process of that number sees it. */
  as(pid: number): Workers {
    return {
      self: () => Promise.resolve({ host: 'here', pid, bootId: 'boot one', processStart: `start ${pid}` }),
      isCertainlyDead: ({ pid: other }) => Promise.resolve(this.#dead.has(other)),
    };
  }

  end(pid: number): void {
    this.#dead.add(pid);
  }
}
