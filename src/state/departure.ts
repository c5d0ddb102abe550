import { type Problem, problem } from '#engine/problem.ts';
import type { StoredHead } from './head.ts';

/** A state that goes on elsewhere is not written here; nor read, once it may have gone further there. */
export function refuseDeparted({ document: { departure } }: StoredHead, location: string): void {
  if (departure === undefined) return;
  const { to, arrived } = departure;
  if (arrived) throw problem('state.moved', { detail: `What was in ${location} is in ${to} now.` });
  throw problem('state.moving', { detail: `It is on its way from ${location} to ${to}.` });
}

export function noState(location: string): Problem {
  return problem('state.absent', { detail: `Nothing is in ${location} (any more).` });
}

/** A copy that is made the one that counts: it has moved more often than the original it was copied to. */
export function called({ tag, document }: StoredHead): StoredHead {
  const { departure, ...here } = document;
  return departure === undefined ? { tag, document } : { tag, document: { ...here, moves: here.moves + 2 } };
}
