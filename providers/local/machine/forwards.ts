import { join } from 'node:path';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { LocalSession } from '../local-session.ts';
import { closePort, openPort } from '../qemu/machine-process.ts';
import { type Description, type Forward, readDescription, writeDescription } from './description.ts';
import { lifeOf } from './life.ts';
import { leasePort } from './ports.ts';

/** Opens what is wanted and not open, and closes the rest; a machine that is off gets them when it starts. */
export async function setForwards(
  session: LocalSession,
  { cluster, instanceId }: Pick<ResourceContext, 'cluster' | 'instanceId'>,
  wanted: readonly number[],
): Promise<Description> {
  const { world } = session;
  const places = session.places.of(cluster).machine(instanceId);
  const description = await readDescription(world, places.description);
  if (description === undefined) throw new CallError({ outcome: 'not-yet', message: 'It is not described yet.' });
  const isRunning = (await lifeOf(session, places, description)).is === 'running';
  const forwards: Forward[] = [];
  for (const forward of description.forwards) {
    if (wanted.includes(forward.guestPort)) {
      forwards.push(forward);
      continue;
    }
    if (isRunning) await closePort(world, places.monitor, forward);
    await world.files.remove(join(session.places.ports, String(forward.hostPort)));
  }
  for (const guestPort of wanted.filter((port) => !forwards.some((forward) => forward.guestPort === port))) {
    const forward = { guestPort, hostPort: await leasePort(session, { holder: instanceId, guestPort, unless: [] }) };
    if (isRunning) await openPort(world, places.monitor, forward);
    forwards.push(forward);
  }
  const set = { ...description, forwards: forwards.toSorted((left, right) => left.guestPort - right.guestPort) };
  await writeDescription(world, places.description, set);
  return set;
}
