import { join } from 'node:path';
import type { ResourceContext } from '#engine/resource.ts';
import { LETTER } from '#host/protocol.ts';
import { unlessAbsent } from '../acts.ts';
import { giveBack } from '../leases.ts';
import type { LocalSession } from '../local-session.ts';
import { release } from '../marks.ts';
import { endMachine } from '../qemu/machine-process.ts';
import { uuidOf } from './machine-names.ts';

/** Ends its process, and leaves nothing of it but, when it never said a word, the log of its console. */
export async function clearAway(
  { world, places }: LocalSession,
  { cluster, instanceId, address }: Pick<ResourceContext, 'cluster' | 'instanceId' | 'address'>,
  signal: AbortSignal,
): Promise<void> {
  const ofCluster = places.of(cluster);
  const own = ofCluster.machine(instanceId);
  await endMachine(world, { pidFile: own.pidFile, uuid: uuidOf(instanceId), monitor: own.monitor }, signal);
  const letters = (await unlessAbsent(() => world.files.list(own.mailbox))) ?? [];
  const hasSpoken = letters.some(({ name }) => name === LETTER.hello);
  const log = await world.disk.size(own.serialLog);
  if (!hasSpoken && log !== undefined && log > 0) {
    await world.files.makeDirectory(ofCluster.lostLogs);
    await world.disk.copy(own.serialLog, join(ofCluster.lostLogs, `${address}-${instanceId.slice(0, 8)}.log`));
  }
  await world.disk.removeTree(own.mailbox);
  await world.files.remove(own.monitor);
  await giveBack(world, ofCluster.addresses, instanceId);
  await giveBack(world, places.ports, instanceId);
  await release(world, own.root);
}
