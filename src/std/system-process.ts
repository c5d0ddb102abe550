import { hostname, userInfo } from 'node:os';
import { linuxBootId, processStatus } from './system-process-status.ts';

/** What tells one process from every other, on this machine and elsewhere, now and later. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Equal only where the same kernel runs and the same process numbers are in view. */
  readonly bootId: string;
  /** Tells a process from a later one with its number. */
  readonly processStart: string;
}

/** The processes of this machine, as /proc shows them; where there is no /proc, no process is ever certainly gone. */
export class SystemProcesses {
  async self(): Promise<ProcessIdentity & { readonly who: string }> {
    const { pid } = process;
    const { start = '' } = (await processStatus('self')) ?? {};
    return { host: hostname(), pid, bootId: (await linuxBootId()) ?? '', processStart: start, who: userName() };
  }

  /** True only for a process of this very boot and view that has certainly ended. */
  async isCertainlyDead({ pid, bootId: theirs, processStart }: ProcessIdentity): Promise<boolean> {
    if (theirs === '' || processStart === '' || theirs !== (await linuxBootId())) return false;
    if (!answersSignals(pid)) return true;
    const found = await processStatus(String(pid));
    return found !== undefined && (found.start !== processStart || found.isDead);
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

/** Who runs this. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file.
    return 'someone';
  }
}
