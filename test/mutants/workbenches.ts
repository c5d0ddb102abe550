import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Workbench } from './workbench.ts';

/** Workbenches side by side, in one folder that goes with them. */
export class Workbenches implements AsyncDisposable {
  readonly #folder: string;
  readonly #benches: readonly [Workbench, ...Workbench[]];
  #closed: Promise<void> | undefined;

  private constructor(folder: string, benches: readonly [Workbench, ...Workbench[]]) {
    this.#folder = folder;
    this.#benches = benches;
  }

  static async open(count: number): Promise<Workbenches> {
    // The real path: by another name vitest would not know again what it has read.
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'bootstrap-mutants-'));
    const further = Array.from({ length: count - 1 }, (_, index) => Workbench.open(join(folder, String(index + 1))));
    return new Workbenches(folder, [await Workbench.open(join(folder, '0')), ...(await Promise.all(further))]);
  }

  /** For what uses every core by itself. */
  get first(): Workbench {
    return this.#benches[0];
  }

  /** Every bench takes the next piece of work when it has done with one. */
  async share<Work>(pieces: Iterable<Work>, doing: (bench: Workbench, piece: Work) => Promise<void>): Promise<void> {
    const queue = Iterator.from(pieces);
    const serve = async (bench: Workbench): Promise<void> => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await doing(bench, next.value);
    };
    await Promise.all(this.#benches.map(serve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#benches.map((bench) => bench[Symbol.asyncDispose]()));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
