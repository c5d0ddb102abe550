import type { ChildProcess } from 'node:child_process';

/** Ends a process that was started as the head of a group, with all that it has started, and waits for it. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  process.kill(-child.pid, 'SIGKILL');
  await promise;
}
