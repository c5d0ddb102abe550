import { isInstanceId } from '#engine/address.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoxContents } from '#host/mailbox.ts';
import type { LocalSession } from '../local-session.ts';
import { readDescription } from './description.ts';
import { lifeOf } from './life.ts';

/** Whether the machine of a mailbox is still there: one that is off is, one that has died is not. */
export function presenceIn(session: Pick<LocalSession, 'world' | 'places'>) {
  return async (context: Pick<ResourceContext, 'cluster'>, box: string): Promise<BoxContents['machine']> => {
    if (!isInstanceId(box)) return 'gone';
    const places = session.places.of(context.cluster).machine(box);
    const description = await readDescription(session.world, places.description);
    if (description === undefined) return 'gone';
    return (await lifeOf(session, places, description)).is === 'died' ? 'gone' : 'there';
  };
}
