import type { LocalWorld } from '../local-world.ts';
import type { SharedPlaces } from '../local-places.ts';
import type { Patience } from './door-patience.ts';
import type { RequestHead, RequestReader } from './read-request.ts';

export type DoorWorld = Pick<LocalWorld, 'files' | 'disk' | 'random' | 'clock'>;

/** One request of a machine, and where all that it may ask for is. */
export interface Visit {
  readonly world: DoorWorld;
  /** Its own. */
  readonly box: string;
  readonly shared: SharedPlaces;
  readonly head: RequestHead;
  readonly reader: RequestReader;
  readonly patience: Patience;
}
