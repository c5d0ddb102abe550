import type { Architecture } from '#provider/catalogue.ts';
import type { AcceleratorName } from '../accelerator/accelerator-name.ts';

/** All that QEMU is told of a machine. */
export interface MachineForm {
  /** By which its process is found. */
  readonly uuid: string;
  /** For people, in lists of processes. */
  readonly title: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly architecture: Architecture;
  readonly accelerator: AcceleratorName;
  /** This and all other disks but the seed are of the format qcow2. */
  readonly systemDisk: string;
  readonly dataDisks: readonly DataDisk[];
  readonly seed: string;
  /** Absent: its disk starts it. */
  readonly boot: DirectBoot | undefined;
  readonly outside: OutsideLink;
  readonly segment: SegmentLink;
  /** The program, and what it is told, that QEMU starts for each connection to the machine's mailbox. */
  readonly door: readonly string[];
  readonly serialLog: string;
  readonly programLog: string;
  readonly pidFile: string;
  readonly monitor: string;
}

interface DataDisk {
  readonly path: string;
  /** As the machine sees it in /dev/disk/by-id; 20 characters at most. */
  readonly serial: string;
}

interface DirectBoot {
  readonly kernel: string;
  readonly initrd: string;
  readonly append: string;
}

/** The first card: to the world by way of this workstation, and from this workstation by single ports. */
export interface OutsideLink {
  readonly mac: string;
  /** Nothing is reached but the mailbox. */
  readonly isOffline: boolean;
  readonly forwards: readonly Forward[];
}

export interface Forward {
  readonly hostPort: number;
  readonly guestPort: number;
}

/** The second card: to the other machines. */
export interface SegmentLink {
  readonly socket: string;
  readonly mac: string;
}
