import { readFile, readlink } from 'node:fs/promises';

const STATE_FIELD = 0;
const START_FIELD = 19;
/** Dead, and only not yet collected by its parent. */
const DEAD_STATES = new Set(['Z', 'X']);

export interface ProcessStatus {
  readonly isDead: boolean;
  /** Tells it from a later process with its number. */
  readonly start: string;
}

/** As /proc shows it; undefined: there is no such process, or no /proc. */
export async function processStatus(pid: string): Promise<ProcessStatus | undefined> {
  try {
    return parseStatus(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

function parseStatus(text: string): ProcessStatus | undefined {
  // The name before the last bracket may contain anything, spaces and brackets too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[STATE_FIELD], fields[START_FIELD]];
  return state === undefined || start === undefined ? undefined : { isDead: DEAD_STATES.has(state), start };
}

/** Containers share a kernel, not their process numbers: the name space is part of it. Undefined: there is no /proc. */
export async function linuxBootId(): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}
