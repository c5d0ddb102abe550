import { CallError, type CallErrorDetails } from '#engine/call.ts';
import { DirectoryRegister } from '#state/directory-register.ts';
import { DurableDirectory } from '#state/durable-directory.ts';
import { StoreError, type StoreOutcome } from '#state/object-store.ts';
import type { LocalWorld } from '../local-world.ts';

const KEY = 'peers.json';

/** The list of peers in a directory, for who changes it and for the doors that give it out. */
export function boardRegister(world: Pick<LocalWorld, 'files' | 'random'>, root: string): DirectoryRegister {
  return new DirectoryRegister(new DurableDirectory({ root, ...world }), KEY);
}

type Verdict = Pick<CallErrorDetails, 'outcome' | 'reason'>;

const VERDICTS = {
  precondition: { outcome: 'rejected', reason: 'exists' },
  conflict: { outcome: 'ambiguous' },
  unavailable: { outcome: 'ambiguous' },
  ambiguous: { outcome: 'ambiguous' },
  denied: { outcome: 'rejected', reason: 'denied' },
  full: { outcome: 'rejected', reason: 'quota' },
  corrupt: { outcome: 'rejected', reason: 'invalid' },
} as const satisfies Record<StoreOutcome, Verdict>;

/** As resources hear of it; what is no answer of a store is given back as it is. */
export function callErrorOf(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  return new CallError({ ...VERDICTS[error.outcome], message: error.message, cause: error });
}
