export type Architecture = 'amd64' | 'arm64';

export interface MachineType {
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** In US dollars, on demand, in the provider's reference region. */
  readonly hourlyPrice: number;
}

/** What a provider can be asked for without a connection to it: dated, and corrected by its preflight. */
export interface Catalogue {
  /** For messages: "AWS". */
  readonly title: string;
  readonly defaultRegion: string;
  /** Zones by region. */
  readonly regions: ReadonlyMap<string, readonly string[]>;
  readonly machineTypes: ReadonlyMap<string, MachineType>;
}
