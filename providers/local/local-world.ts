import type { Clock } from '#std/clock.ts';
import type { Disk } from '#std/disk.ts';
import type { Environment } from '#std/environment.ts';
import type { Files } from '#std/files.ts';
import type { HostFacts } from '#std/host-facts.ts';
import type { Programs } from '#std/programs.ts';
import type { Random } from '#std/random.ts';
import type { Sockets } from '#std/sockets.ts';

/** All that this provider needs of the workstation. */
export interface LocalWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly environment: Environment;
  readonly files: Files;
  readonly disk: Disk;
  readonly programs: Programs;
  readonly sockets: Sockets;
  readonly host: HostFacts;
}
