import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Household, startAs } from './household.ts';

export interface End {
  /** Null: it was killed. */
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
  readonly tookMs: number;
}

/** The directories of one person who uses the program, apart from those of other tests; images are for all of them. */
export class Workplace {
  readonly #household: Household;
  readonly root: string;

  constructor(household: Household, name: string) {
    this.#household = household;
    this.root = join(household.home, name);
  }

  get data(): string {
    return join(this.root, 'data');
  }

  async clear(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  start(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    const { node, main } = this.#household;
    const environment = {
      XDG_CONFIG_HOME: join(this.root, 'config'),
      XDG_STATE_HOME: join(this.root, 'state'),
      XDG_DATA_HOME: this.data,
      XDG_CACHE_HOME: join(this.#household.home, 'cache'),
      XDG_RUNTIME_DIR: join(this.root, 'run'),
    };
    return startAs(this.#household, [node, main, ...args], { environment, stdin });
  }

  run(args: readonly string[]): Promise<End> {
    return ended(this.start(args));
  }

  /** One that has to end well. */
  async good(args: readonly string[]): Promise<End> {
    const end = await this.run(args);
    if (end.code !== 0) throw new Error(`bootstrap ${args.join(' ')} ended with ${end.code}:\n${end.output}`);
    return end;
  }

  /** Processes that have to do with this place: what they were started with names it. */
  async processes(): Promise<readonly { readonly pid: number; readonly command: readonly string[] }[]> {
    const found = await Promise.all(
      (await readdir('/proc')).map(async (name) => {
        const pid = Number(name);
        if (!Number.isInteger(pid)) return [];
        const text = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
        const command = text.split('\0').slice(0, -1);
        return command.some((word) => word.includes(this.root)) ? [{ pid, command }] : [];
      }),
    );
    return found.flat();
  }

  /** Every file that is left in it. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  }
}

export function ended(child: ChildProcess): Promise<End> {
  const startMs = performance.now();
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, tookMs: performance.now() - startMs }));
  });
}
