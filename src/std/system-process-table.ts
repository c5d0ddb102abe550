import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { mapLimit } from './map-limit.ts';
import type { Programs, RunningProgram } from './programs.ts';
import { processStatus } from './system-process-status.ts';

export type ProcessTable = Pick<Programs, 'look' | 'list'>;

const READS_AT_ONCE = 32;

/** As /proc shows it. */
export const procTable: ProcessTable = {
  look: (pid) => lookInProc(String(pid)),
  async list() {
    const user = process.getuid?.();
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const found = await mapLimit(names, READS_AT_ONCE, async (name) =>
      (await ownerInProc(name)) === user ? lookInProc(name) : undefined,
    );
    return found.filter((program) => program !== undefined);
  },
};

async function lookInProc(pid: string): Promise<RunningProgram | undefined> {
  const status = await processStatus(pid);
  if (status === undefined || status.isDead) return undefined;
  const line = await unlessGone(() => readFile(`/proc/${pid}/cmdline`, 'utf8'));
  if (line === undefined) return undefined;
  const text = line.endsWith('\0') ? line.slice(0, -1) : line;
  return { pid: Number(pid), start: status.start, command: text.split('\0') };
}

async function ownerInProc(pid: string): Promise<number | undefined> {
  return (await unlessGone(() => stat(`/proc/${pid}`)))?.uid;
}

async function unlessGone<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch {
    return undefined;
  }
}

const COLUMNS = ['-ww', '-o', 'uid=,pid=,stat=,lstart=,command='];
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;

/** As `ps` says it, where there is no /proc. */
export const psTable: ProcessTable = {
  async look(pid) {
    const [found] = parsePs(await ps(['-p', String(pid)]));
    return found?.program;
  },
  async list() {
    const user = process.getuid?.();
    return parsePs(await ps(['-A'])).flatMap(({ owner, program }) => (owner === user ? [program] : []));
  },
};

async function ps(which: readonly string[]): Promise<string> {
  // The time of a start is to be spelled the same whatever the user's language and place.
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  try {
    const { stdout } = await promisify(execFile)('ps', [...which, ...COLUMNS], { env, maxBuffer: OUTPUT_BYTES_MAX });
    return stdout;
  } catch (error) {
    // It ends with 1 and says nothing when there is no such process.
    if (error instanceof Error && 'code' in error && error.code === 1) return '';
    throw error;
  }
}

interface Listed {
  readonly owner: number;
  readonly program: RunningProgram;
}

const ROW = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})\s+(.*)$/;

/** Rows of `ps`; the dead that nobody has collected are left out. */
export function parsePs(text: string): readonly Listed[] {
  return text.split('\n').flatMap((line) => {
    const [, owner, pid, state, start, command] = ROW.exec(line) ?? [];
    if (start === undefined || command === undefined || state === undefined || state.startsWith('Z')) return [];
    return [{ owner: Number(owner), program: { pid: Number(pid), start, command: command.split(' ') } }];
  });
}
