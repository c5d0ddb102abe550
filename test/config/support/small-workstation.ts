import type { Catalogue, GroupDefaults, MachineType } from '#provider/catalogue.ts';

const one = (vcpus: number, memoryMiB: number): GroupDefaults => ({
  count: 1,
  systemDiskGiB: 10,
  dataDisksGiB: [10],
  needs: { vcpus, memoryMiB },
});

/** A provider whose clusters are small where their files say nothing. Everything costs the same: nothing. */
export const smallWorkstation: Catalogue = {
  title: 'Workstation',
  defaultRegion: 'local-1',
  regions: new Map([
    ['local-1', ['local-1a', 'local-1b']],
    ['local-2', ['local-2a', 'local-2b']],
  ]),
  machineTypes: new Map<string, MachineType>([
    ['large', { architecture: 'amd64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0 }],
    ['medium', { architecture: 'amd64', vcpus: 2, memoryMiB: 4_096, hourlyPrice: 0 }],
    ['small', { architecture: 'amd64', vcpus: 1, memoryMiB: 2_048, hourlyPrice: 0 }],
    ['tiny', { architecture: 'amd64', vcpus: 1, memoryMiB: 1_024, hourlyPrice: 0 }],
    ['small-arm64', { architecture: 'arm64', vcpus: 1, memoryMiB: 2_048, hourlyPrice: 0 }],
    ['tiny-arm64', { architecture: 'arm64', vcpus: 1, memoryMiB: 1_024, hourlyPrice: 0 }],
  ]),
  defaults: {
    architecture: 'amd64',
    zones: 1,
    machineTypes: 1,
    groups: {
      'control-plane': one(1, 2_048),
      worker: one(1, 2_048),
      storage: one(1, 2_048),
      converged: one(2, 4_096),
    },
  },
};
