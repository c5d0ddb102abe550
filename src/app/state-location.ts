import { isProblem, problem } from '#engine/problem.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { Standing, StateStore } from '#state/state-store.ts';
import { DEADLINES } from './deadlines.ts';

/** A store that may hold the state of a cluster. */
export interface StatePlace {
  readonly store: StateStore;
  readonly objects: ObjectStore;
  /** For people. */
  readonly title: string;
  /** Tells it from every other place. */
  readonly place: string;
}

/** Where the state of one cluster can be: at first and at last on a workstation, in between in its own bucket. */
export interface StateLocations {
  readonly local: StatePlace;
  readonly bucket: StatePlace;
  /** Whether a state may be begun here. */
  readonly mayBegin: boolean;
  /** Nobody can have begun one anywhere yet. */
  readonly isNew: boolean;
  /** Whether the account has anything of the cluster that is there to stay. */
  readonly isInAccount: (signal: AbortSignal) => Promise<boolean>;
}

/**
 * The place where the state is, whatever an interrupted run has left behind. What is on its way is brought to its end.
 *
 * | on this workstation      | in the bucket                | the state is …                       |
 * |--------------------------|------------------------------|--------------------------------------|
 * | here                     | not asked                    | here                                 |
 * | departed                 | here                         | in the bucket                        |
 * | departed, or absent      | departed to here             | here, once it has arrived            |
 * | departed, or absent      | departed to another          | with that other, and said so         |
 * | absent                   | here                         | in the bucket                        |
 * | absent                   | absent                       | not begun; here, if it may be begun  |
 * | departed                 | absent                       | gone: it was deleted from elsewhere  |
 */
export async function locateState(locations: StateLocations, signal: AbortSignal): Promise<StatePlace> {
  const { local, bucket, mayBegin, isNew } = locations;
  const here = await local.store.standing({ signal });
  if (here.is === 'here' || (here.is === 'absent' && isNew)) return local;
  if (here.is === 'departed' && !here.arrived) await local.store.finishMove(bucket.store);
  const there = await standingInBucket(locations, signal);
  switch (there.is) {
    case 'here':
      return bucket;
    case 'departed': {
      if (there.place !== local.place) {
        const code = there.arrived ? 'state.moved' : 'state.moving';
        throw problem(code, { detail: `What was in ${bucket.title} is with ${there.to} now.` });
      }
      await bucket.store.finishMove(local.store);
      return local;
    }
    case 'absent': {
      if (here.is === 'absent' && mayBegin) return local;
      throw problem('state.absent', { detail: `Nothing is in ${bucket.title} (any more).` });
    }
  }
}

/** A bucket that does not answer may never have been, or be gone: that the account knows. */
async function standingInBucket({ bucket, isInAccount }: StateLocations, signal: AbortSignal): Promise<Standing> {
  try {
    return await bucket.store.standing({ signal, patienceMs: DEADLINES.bucketDoubtMs });
  } catch (error) {
    if (!isProblem(error, 'state.unavailable')) throw error;
  }
  return (await isInAccount(signal)) ? bucket.store.standing({ signal }) : { is: 'absent' };
}
