import type { RunningProgram } from '#std/programs.ts';
import type { LocalMachinePlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { findMachine } from '../qemu/machine-process.ts';
import type { Description } from './description.ts';

export type Life =
  | { readonly is: 'running'; readonly program: RunningProgram }
  /** For a reason that is no harm. */
  | { readonly is: 'off' }
  | { readonly is: 'died' };

type LifeWorld = Pick<LocalWorld, 'disk' | 'files' | 'host' | 'programs'>;

/** Whether its process is there and, if not, why: QEMU takes its pid file along when it ends well. */
export async function lifeOf(
  { world }: { readonly world: LifeWorld },
  places: LocalMachinePlaces,
  { uuid, started }: Pick<Description, 'uuid' | 'started'>,
): Promise<Life> {
  const program = await findMachine(world, { pidFile: places.pidFile, uuid });
  if (program !== undefined) return { is: 'running', program };
  const wasRestarted = started?.bootId !== (await world.host.bootId());
  const [wasStopped, leftItsFile] = await Promise.all([isThere(world, places.stopped), isThere(world, places.pidFile)]);
  return wasRestarted || wasStopped || !leftItsFile ? { is: 'off' } : { is: 'died' };
}

async function isThere({ disk }: LifeWorld, path: string): Promise<boolean> {
  return (await disk.size(path)) !== undefined;
}
