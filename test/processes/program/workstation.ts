import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/src/cli/main.js', import.meta.url));
const KILL_SWITCH = new URL('../kill-switch-worker.ts', import.meta.url).href;

export interface Kill {
  readonly write: number;
  /** After: the write has had its effect, and whoever asked for it never hears. */
  readonly moment: 'before' | 'after';
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Durable writes; undefined: it was killed. */
  readonly writes: number | undefined;
}

/** A home directory of its own, in which the built program runs as separate processes. */
export class Workstation implements AsyncDisposable {
  readonly home: string;
  readonly #started: ChildProcess[] = [];

  private constructor(home: string) {
    this.home = home;
  }

  /** A new one, or a copy of another: of all that is there, or of its simulated accounts alone. */
  static async open(original?: Workstation, what: 'everything' | 'accounts' = 'everything'): Promise<Workstation> {
    const workstation = new Workstation(await mkdtemp(join(tmpdir(), 'bootstrap-home-')));
    if (original === undefined) return workstation;
    const [from, to] =
      what === 'everything' ? [original.home, workstation.home] : [original.accounts, workstation.accounts];
    await cp(from, to, { recursive: true });
    return workstation;
  }

  get accounts(): string {
    return join(this.home, 'data');
  }

  async run(args: readonly string[], kill?: Kill): Promise<ProgramEnd> {
    const countFile = join(this.home, `writes-${this.#started.length}-${process.hrtime.bigint()}`);
    const child = this.start(args, {
      COUNT_WRITES_IN: countFile,
      ...(kill === undefined ? {} : { KILL_AT_WRITE: String(kill.write), KILL_MOMENT: kill.moment }),
    });
    const end = await ended(child);
    const writes = await readFile(countFile, 'utf8').then(Number, () => undefined);
    await rm(countFile, { force: true });
    return { ...end, writes };
  }

  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const options = ['--import', KILL_SWITCH, '--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...options, MAIN, ...args], {
      cwd: this.home,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.home,
        XDG_CONFIG_HOME: join(this.home, 'config'),
        XDG_STATE_HOME: join(this.home, 'state'),
        XDG_DATA_HOME: this.accounts,
        CI: 'true',
        NODE_COMPILE_CACHE: join(tmpdir(), 'bootstrap-program-code'),
        ...environment,
      },
    });
    this.#started.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await rm(this.home, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<Omit<ProgramEnd, 'writes'>> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
