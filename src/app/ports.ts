import type { Clock } from '#std/clock.ts';
import type { Environment } from '#std/environment.ts';
import type { Files } from '#std/files.ts';
import type { LogFiles } from '#std/log-files.ts';
import type { NameServers } from '#std/name-servers.ts';
import type { Random } from '#std/random.ts';
import type { Holder, HolderLiveness } from '#state/lease.ts';
import type { RunEvent } from './app.ts';

/** All that the program needs of the world. */
export interface AppPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly logFiles: LogFiles;
  readonly environment: Environment;
  /** Set when an emulator is to answer in the cloud's stead: how many times as fast as the clock its machines live. */
  readonly emulator?: number | undefined;
  readonly processes: HolderLiveness & { self(): Promise<Holder> };
  readonly nameServers: NameServers;
  /** Hears everything that a verb says while it works. */
  readonly emit: (event: RunEvent) => void;
}
