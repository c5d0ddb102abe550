import { addressOf } from './template.ts';

/** Something an operator was seen to do. */
export interface Mark {
  /** `sent`: the request is on its way. `started`, `finished`: what the engine says of a change. */
  readonly what: 'sent' | 'started' | 'finished';
  readonly action: string;
  readonly address: string | undefined;
}

export type Sighting = (marks: readonly Mark[]) => boolean;

export function sent(action: 'create' | 'update' | 'destroy', part: string): Sighting {
  return seen('sent', action, part);
}

export function started(action: 'create' | 'update' | 'replace' | 'destroy', part: string): Sighting {
  return seen('started', action, part);
}

export function finished(action: 'create' | 'update' | 'replace' | 'destroy', part: string): Sighting {
  return seen('finished', action, part);
}

function seen(what: Mark['what'], action: string, part: string): Sighting {
  const address = addressOf(part);
  return (marks) => marks.some((mark) => mark.what === what && mark.action === action && mark.address === address);
}
