import { SystemClock } from '#std/system-clock.ts';
import { SystemConnection } from '#std/system-connection.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { serveDoor } from './door.ts';

/** Started by QEMU for each connection of a machine to its mailbox; its one argument is the box. */
async function main(): Promise<void> {
  const connection = new SystemConnection();
  const [box] = connection.arguments;
  const clock = new SystemClock();
  const world = { files: new SystemFiles(), disk: new SystemDisk(), random: new SystemRandom(), clock };
  try {
    if (box !== undefined) await serveDoor(world, box, connection);
  } finally {
    await connection.end();
  }
}

// An older Node does not know the question: then this is the program, since nothing of ours imports it.
if (!isImported(import.meta)) await main();

function isImported({ main: isProgram }: { readonly main?: boolean }): boolean {
  return isProgram === false;
}
