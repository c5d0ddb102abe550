import { join } from 'node:path';
import { parseClusterUid } from '#engine/address.ts';
import type { EventSink } from '#engine/event.ts';
import type { LeasePolicy } from '#state/lease.ts';
import { DirectoryStore } from '#state/directory-store.ts';
import { KeyFile } from '#state/key-file.ts';
import { StateStore } from '#state/state-store.ts';
import type { Files } from '#std/files.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';

const CLUSTER = parseClusterUid('realprocesses');

export interface StateDirectorySeed {
  readonly directory: string;
  readonly files: Files;
  readonly policy: LeasePolicy;
  readonly emit: EventSink;
}

/** The state in a directory as this process reaches it, with everything real. */
export async function openStateDirectory(seed: StateDirectorySeed): Promise<StateStore> {
  const { directory, files, policy, emit } = seed;
  const random = new SystemRandom();
  const liveness = new SystemProcesses();
  return new StateStore({
    objects: new DirectoryStore({ root: stateRoot(directory), files, random }),
    clock: new SystemClock(),
    random,
    seal: new KeyFile({ path: join(directory, 'key'), files, random }),
    holder: await liveness.self(),
    liveness,
    policy,
    lineage: CLUSTER,
    emit,
  });
}

export function stateRoot(directory: string): string {
  return join(directory, 'state');
}
