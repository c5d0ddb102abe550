import { readFile, readlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';

/** What tells one process from every other, on this machine and elsewhere, now and later. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Equal only where the same kernel runs and the same process numbers are in view. */
  readonly bootId: string;
  /** Tells a process from a later one with its number. */
  readonly processStart: string;
}

const STATE_FIELD = 0;
const START_FIELD = 19;
/** Dead, and only not yet collected by its parent. */
const DEAD_STATES = new Set(['Z', 'X']);

/** The processes of this machine, as /proc shows them; where there is no /proc, no process is ever certainly gone. */
export class SystemProcesses {
  async self(): Promise<ProcessIdentity & { readonly who: string }> {
    const { pid } = process;
    const { start = '' } = (await status('self')) ?? {};
    return { host: hostname(), pid, bootId: (await bootId()) ?? '', processStart: start, who: userName() };
  }

  /** True only for a process of this very boot and view that has certainly ended. */
  async isCertainlyDead({ pid, bootId: theirs, processStart }: ProcessIdentity): Promise<boolean> {
    if (theirs === '' || processStart === '' || theirs !== (await bootId())) return false;
    if (!answersSignals(pid)) return true;
    const found = await status(String(pid));
    return found !== undefined && (found.start !== processStart || DEAD_STATES.has(found.state));
  }
}

/** Containers share a kernel, not their process numbers: the name space is part of it. */
async function bootId(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

async function status(pid: string): Promise<{ readonly state: string; readonly start: string } | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name before the last bracket may contain anything, spaces and brackets too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[STATE_FIELD], fields[START_FIELD]];
    return state === undefined || start === undefined ? undefined : { state, start };
  } catch {
    return undefined;
  }
}

/** Whoever may not signal a process still learns that it is there. */
function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file.
    return 'someone';
  }
}
