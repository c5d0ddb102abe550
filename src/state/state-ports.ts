import type { EventSink } from '#engine/event.ts';
import type { Patience, StorePorts } from './conditional-write.ts';
import type { KeyProvider } from './data-key.ts';
import type { Migrations } from './format.ts';
import type { Holder, HolderLiveness, LeasePolicy } from './lease.ts';

/** All that a state is reached through. */
export interface StatePorts extends StorePorts {
  readonly seal: KeyProvider;
  readonly holder: Holder;
  readonly liveness: HolderLiveness;
  readonly policy: LeasePolicy;
  readonly migrations: Migrations;
  readonly emit: EventSink;
}

/** As patient as the policy says, from now on. */
export function patienceFromNow({ clock, policy }: StatePorts, signal?: AbortSignal): Patience {
  const deadlineMs = clock.monotonicMs() + policy.patienceMs;
  return { deadlineMs: () => deadlineMs, signal };
}
