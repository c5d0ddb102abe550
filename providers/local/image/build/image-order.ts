import type { LocalWorld } from '../../local-world.ts';

/** What the builder needs of the workstation. */
export type BuilderWorld = Pick<LocalWorld, 'random' | 'environment' | 'files' | 'disk' | 'programs' | 'host'>;

export type BuildArchitecture = 'amd64' | 'arm64';

/** Which systems can be built, each from the packages of one release. */
export const BUILDABLE = {
  'debian-13': {
    suite: 'trixie',
    /** The day of the release: what a build writes bears this date, so that every build writes the same. */
    epochS: 1_754_697_600,
    /** Since this edition the keys of the release are in it. */
    keyring: 'debian-archive-keyring (2023.3+deb12u2 or newer)',
  },
} as const;

export type BuildSystem = keyof typeof BUILDABLE;

export interface ImageOrder {
  readonly system: BuildSystem;
  readonly architecture: BuildArchitecture;
  /** Baked in beside what every machine needs. */
  readonly packages: readonly string[];
  /** Of Debian's archive. Undefined: the one that this workstation's own packages come from. */
  readonly mirror?: string | undefined;
  /** An empty directory, or none yet, that gets the disk and what belongs to it. */
  readonly target: string;
  /** Hears a line for each step. */
  readonly hear: (line: string) => void;
}
