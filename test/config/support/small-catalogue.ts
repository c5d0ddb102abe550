import type { Catalogue, MachineType } from '#provider/catalogue.ts';
import { smallWorkstation } from './small-workstation.ts';

/** A provider that is small enough to be read at a glance; it has no arm64 machine for converged nodes. */
export const smallCatalogue: Catalogue = {
  title: 'Small',
  defaultRegion: 'eu-west-3',
  regions: new Map([
    ['eu-west-3', ['eu-west-3a', 'eu-west-3b', 'eu-west-3c']],
    ['eu-west-1', ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['us-east-1', ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d']],
    ['ca-west-9', ['ca-west-9a', 'ca-west-9b']],
  ]),
  machineTypes: new Map<string, MachineType>([
    ['t3.small', { architecture: 'amd64', vcpus: 2, memoryMiB: 2_048, hourlyPrice: 0.02 }],
    ['t3.medium', { architecture: 'amd64', vcpus: 2, memoryMiB: 4_096, hourlyPrice: 0.04 }],
    ['m6i.large', { architecture: 'amd64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0.09 }],
    ['m7i.large', { architecture: 'amd64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0.1 }],
    ['m7i.xlarge', { architecture: 'amd64', vcpus: 4, memoryMiB: 16_384, hourlyPrice: 0.2 }],
    ['m7g.large', { architecture: 'arm64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0.08 }],
  ]),
};

export function smallCatalogueOf(provider: string): Catalogue {
  return provider === 'local' ? smallWorkstation : smallCatalogue;
}
