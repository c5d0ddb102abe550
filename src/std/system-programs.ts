import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EndedProgram, LaunchOptions, Programs, RunningProgram, RunOptions } from './programs.ts';
import { systemCodeOf } from './system-file-trouble.ts';
import { type ProcessTable, procTable, psTable } from './system-process-table.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
/** What a program has to put its things in order when it is asked to end. */
const GRACE_MS = 2_000;
/** How long an end is waited for that cannot be refused, but may hang in the kernel. */
const KILLED_MS = 5_000;
/** Of what a program says, the last is kept. */
const TEXT_LENGTH_MAX = 16 * 2 ** 20;

interface SystemProgramsOptions {
  /** @default as this system shows them */
  readonly table?: ProcessTable;
  /** @default those of this process */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** The programs of this machine. */
export class SystemPrograms implements Programs {
  readonly #table: ProcessTable;
  readonly #variables: Readonly<Record<string, string | undefined>>;

  constructor({ table, variables = process.env }: SystemProgramsOptions = {}) {
    this.#table = table ?? (platform() === 'linux' ? procTable : psTable);
    this.#variables = variables;
  }

  async find(name: string): Promise<string | undefined> {
    const places = (this.#variables['PATH'] ?? '').split(delimiter).filter((place) => place !== '');
    for (const path of name.includes('/') ? [name] : places.map((place) => join(place, name))) {
      if (await isProgram(path)) return path;
    }
    return undefined;
  }

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<EndedProgram> {
    const { input, inputFile, variables, directory, signal, output, hear } = options;
    if (signal?.aborted === true) return { code: undefined, stdout: '', stderr: '' };
    await using source = await opened(inputFile, 'r');
    await using file = await opened(output, 'wx');
    const child = spawn(program, args, {
      // A group of its own can be ended with all that is in it.
      detached: true,
      env: { ...this.#variables, ...variables },
      cwd: directory,
      stdio: [source?.fd ?? (input === undefined ? 'ignore' : 'pipe'), file?.fd ?? 'pipe', 'pipe'],
    });
    const said = { stdout: heardFrom(child.stdout, hear), stderr: heardFrom(child.stderr, hear) };
    await once(child, 'spawn');
    // It may end without having read everything.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const code = await endOf(child, signal);
    return { code, stdout: said.stdout(), stderr: said.stderr() };
  }

  async launch(program: string, args: readonly string[], options: LaunchOptions): Promise<RunningProgram> {
    await mkdir(dirname(options.output), { recursive: true, mode: DIRECTORY_MODE });
    await using output = await open(options.output, 'a', FILE_MODE);
    const env = { ...this.#variables, ...options.variables };
    // It would keep the directory of whoever started it from being removed or unmounted.
    const cwd = '/';
    const child = spawn(program, args, { detached: true, cwd, env, stdio: ['ignore', output.fd, output.fd] });
    await once(child, 'spawn');
    child.unref();
    const { pid = 0 } = child;
    const found = await this.look(pid);
    return { pid, start: found?.start ?? '', command: [program, ...args] };
  }

  look(pid: number): Promise<RunningProgram | undefined> {
    return this.#table.look(pid);
  }

  list(): Promise<readonly RunningProgram[]> {
    return this.#table.list();
  }

  async signal({ pid, start }: Pick<RunningProgram, 'pid' | 'start'>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const found = await this.look(pid);
    if (found?.start === start) send(pid, signal);
  }
}

async function opened(path: string | undefined, flags: 'r' | 'wx'): Promise<FileHandle | undefined> {
  return path === undefined ? undefined : open(path, flags, FILE_MODE);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function heardFrom(stream: NodeJS.ReadableStream | null, hear: ((text: string) => void) | undefined): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (piece: string) => {
    text = (text + piece).slice(-TEXT_LENGTH_MAX);
    hear?.(piece);
  });
  return () => text;
}

/** Its exit code; undefined when a signal ended it, ours or another. */
async function endOf(child: ChildProcess, signal: AbortSignal | undefined): Promise<number | undefined> {
  const left = new AbortController();
  const exited = ended(child, left.signal);
  const stopped = Promise.withResolvers<'stopped'>();
  const stop = (): void => stopped.resolve('stopped');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const first = await Promise.race([exited, stopped.promise]);
    if (first !== 'stopped') return first;
    await endGroup(child, exited);
    return undefined;
  } finally {
    signal?.removeEventListener('abort', stop);
    left.abort();
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  }
}

/** With all that it has said; but what it leaves running may hold its output open for ever. */
async function ended(child: ChildProcess, left: AbortSignal): Promise<number | undefined> {
  const closed = once(child, 'close').then(() => undefined);
  await once(child, 'exit');
  await Promise.race([closed, quietly(wait(GRACE_MS, undefined, { signal: left }))]);
  return child.exitCode ?? undefined;
}

async function endGroup(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  send(-pid, 'SIGTERM');
  const left = new AbortController();
  const patience = async (ms: number): Promise<void> => {
    await Promise.race([exited, quietly(wait(ms, undefined, { signal: left.signal }))]);
  };
  await patience(GRACE_MS);
  send(-pid, 'SIGKILL');
  await patience(KILLED_MS);
  left.abort();
}

async function quietly(waiting: Promise<void>): Promise<void> {
  await waiting.catch(() => undefined);
}

/** To whom is gone, or is not ours to end, nothing is sent. */
function send(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes(systemCodeOf(error))) throw error;
  }
}
