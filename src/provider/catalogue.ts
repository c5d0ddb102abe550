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
  /** Absent: those of a cloud. */
  readonly defaults?: CatalogueDefaults;
}

/** What a cluster is where its file says nothing, at a provider that is smaller than a cloud. */
export interface CatalogueDefaults {
  readonly architecture: Architecture;
  /** How many zones of a region are used. */
  readonly zones: number;
  /** How many machine types are named, for when there is none left of one. */
  readonly machineTypes: number;
  readonly groups: Readonly<Record<GroupName, GroupDefaults>>;
}

type GroupName = 'control-plane' | 'worker' | 'storage' | 'converged';

export interface GroupDefaults {
  readonly count: number;
  readonly systemDiskGiB: number;
  /** For nodes that hold data. */
  readonly dataDisksGiB: readonly number[];
  /** What a machine needs to be chosen without being named; with less than half of it, one that was named is doubtful. */
  readonly needs: Pick<MachineType, 'vcpus' | 'memoryMiB'>;
}
