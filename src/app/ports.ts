import type { Clock } from '#std/clock.ts';
import type { Disk } from '#std/disk.ts';
import type { Downloads } from '#std/downloads.ts';
import type { Environment } from '#std/environment.ts';
import type { Files } from '#std/files.ts';
import type { HostFacts } from '#std/host-facts.ts';
import type { KnownServers } from '#std/known-server.ts';
import type { LogFiles } from '#std/log-files.ts';
import type { NameServers } from '#std/name-servers.ts';
import type { Programs } from '#std/programs.ts';
import type { Random } from '#std/random.ts';
import type { Sockets } from '#std/sockets.ts';
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
  /** What machines of this workstation take, and hardly anything else does: loaded when it is asked for. */
  readonly workshop: () => Promise<Workshop>;
  /** Hears everything that a verb says while it works. */
  readonly emit: (event: RunEvent) => void;
}

/** The workstation as a place where machines run. */
export interface Workshop {
  readonly disk: Disk;
  readonly downloads: Downloads;
  readonly programs: Programs;
  readonly sockets: Sockets;
  readonly servers: KnownServers;
  readonly host: HostFacts;
  /** How programs of ours are started that go on when this one has ended. */
  readonly own: OwnPrograms;
}

interface OwnPrograms {
  /** Node itself. */
  readonly node: string;
  /** The directory of the provider's modules, as they run now. */
  readonly source: string;
  /** How modules end. */
  readonly extension: string;
  /** By which imports are resolved. */
  readonly conditions: readonly string[];
}
