import { asProblem, type Problem, problem } from '#engine/problem.ts';
import { StoreError, type StoreOutcome } from './object-store.ts';

const CODES = {
  denied: 'state.denied',
  full: 'state.store-full',
  corrupt: 'state.corrupt',
  precondition: 'state.unavailable',
  conflict: 'state.unavailable',
  unavailable: 'state.unavailable',
  ambiguous: 'state.unavailable',
} as const satisfies Record<StoreOutcome, string>;

/** What a store's failure means to a person. */
export function storeProblem(error: unknown, location: string): Problem {
  if (!(error instanceof StoreError)) return asProblem(error);
  return problem(CODES[error.outcome], { detail: `${location}: ${error.message}`, cause: error });
}

export function corrupt(key: string, why: string, cause?: unknown): Problem {
  return problem('state.corrupt', { detail: `${key}: ${why}.`, cause });
}
