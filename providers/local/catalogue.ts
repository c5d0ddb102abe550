import type { Architecture, Catalogue, MachineType } from '#provider/catalogue.ts';

const GIB = 1_024;

/** Sizes for a workstation, the smallest first. They cost nothing but memory. */
const SIZES: readonly (readonly [name: string, vcpus: number, memoryGiB: number])[] = [
  ['tiny', 1, 1],
  ['small', 1, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
];

const REGIONS = ['local-1', 'local-2', 'local-3'] as const;
const ZONES = ['a', 'b', 'c'] as const;

const ARCHITECTURES: readonly (readonly [Architecture, suffix: string])[] = [
  ['amd64', ''],
  ['arm64', '-arm64'],
];

const MACHINE_TYPES: ReadonlyMap<string, MachineType> = new Map(
  ARCHITECTURES.flatMap(([architecture, suffix]) =>
    SIZES.map(([name, vcpus, memoryGiB]): [string, MachineType] => [
      `${name}${suffix}`,
      { architecture, vcpus, memoryMiB: memoryGiB * GIB, hourlyPrice: 0 },
    ]),
  ),
);

/** What a workstation offers; regions and zones are names for parts that can be cut off from one another. */
export const localCatalogue: Catalogue = {
  title: 'this workstation',
  defaultRegion: REGIONS[0],
  regions: new Map(REGIONS.map((region) => [region, ZONES.map((zone) => `${region}${zone}`)])),
  machineTypes: MACHINE_TYPES,
};

/** What a node of each role is given where the file says nothing: enough to try things out, little enough for a laptop. */
const SYSTEM_DISK_GIB = 10;
const DATA_DISKS_GIB = [10];
const ONE_OF_SIZE = (vcpus: number, memoryGiB: number) => ({
  count: 1,
  systemDiskGiB: SYSTEM_DISK_GIB,
  dataDisksGiB: DATA_DISKS_GIB,
  needs: { vcpus, memoryMiB: memoryGiB * GIB },
});

/** The same for cluster files of a workstation with such a processor. */
export function catalogueFor(architecture: Architecture): Catalogue {
  return {
    ...localCatalogue,
    defaults: {
      architecture,
      zones: 1,
      machineTypes: 1,
      groups: {
        'control-plane': ONE_OF_SIZE(1, 2),
        worker: ONE_OF_SIZE(1, 2),
        storage: ONE_OF_SIZE(1, 2),
        converged: ONE_OF_SIZE(2, 4),
      },
    },
  };
}
