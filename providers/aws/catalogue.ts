import type { Architecture, Catalogue, MachineType } from '#provider/catalogue.ts';

/** The letters of the zones: which of them an account has may differ where not all are named. */
const ZONES: Readonly<Record<string, string>> = {
  'af-south-1': 'abc',
  'ap-east-1': 'abc',
  'ap-east-2': 'abc',
  'ap-northeast-1': 'acd',
  'ap-northeast-2': 'abcd',
  'ap-northeast-3': 'abc',
  'ap-south-1': 'abc',
  'ap-south-2': 'abc',
  'ap-southeast-1': 'abc',
  'ap-southeast-2': 'abc',
  'ap-southeast-3': 'abc',
  'ap-southeast-4': 'abc',
  'ap-southeast-5': 'abc',
  'ap-southeast-6': 'abc',
  'ap-southeast-7': 'abc',
  'ca-central-1': 'abd',
  'ca-west-1': 'abc',
  'eu-central-1': 'abc',
  'eu-central-2': 'abc',
  'eu-north-1': 'abc',
  'eu-south-1': 'abc',
  'eu-south-2': 'abc',
  'eu-west-1': 'abc',
  'eu-west-2': 'abc',
  'eu-west-3': 'abc',
  'il-central-1': 'abc',
  'me-central-1': 'abc',
  'me-south-1': 'abc',
  'mx-central-1': 'abc',
  'sa-east-1': 'abc',
  'us-east-1': 'abcdf',
  'us-east-2': 'abc',
  'us-west-1': 'abc',
  'us-west-2': 'abcd',
  'us-gov-east-1': 'abc',
  'us-gov-west-1': 'abc',
  'cn-north-1': 'abd',
  'cn-northwest-1': 'abc',
};

interface Family {
  readonly name: string;
  readonly architecture: Architecture;
  /** Of the size `large`, which has two processors; every other size is a multiple of it, its price too. */
  readonly largeMemoryMiB: number;
  readonly largeHourlyPrice: number;
}

const FAMILIES: readonly Family[] = [
  { name: 'm6i', architecture: 'amd64', largeMemoryMiB: 8_192, largeHourlyPrice: 0.096 },
  { name: 'm7i', architecture: 'amd64', largeMemoryMiB: 8_192, largeHourlyPrice: 0.1008 },
  { name: 'm7g', architecture: 'arm64', largeMemoryMiB: 8_192, largeHourlyPrice: 0.0816 },
  { name: 'c6i', architecture: 'amd64', largeMemoryMiB: 4_096, largeHourlyPrice: 0.085 },
  { name: 'c7i', architecture: 'amd64', largeMemoryMiB: 4_096, largeHourlyPrice: 0.089_25 },
  { name: 'c7g', architecture: 'arm64', largeMemoryMiB: 4_096, largeHourlyPrice: 0.0725 },
  { name: 'r6i', architecture: 'amd64', largeMemoryMiB: 16_384, largeHourlyPrice: 0.126 },
  { name: 'r7i', architecture: 'amd64', largeMemoryMiB: 16_384, largeHourlyPrice: 0.1323 },
  { name: 'r7g', architecture: 'arm64', largeMemoryMiB: 16_384, largeHourlyPrice: 0.1071 },
];

const SIZES: Readonly<Record<string, number>> = { large: 1, xlarge: 2, '2xlarge': 4, '4xlarge': 8 };

/** Small ones that run on credit; their sizes follow no rule. */
const BURSTABLE: Readonly<Record<string, MachineType>> = {
  't3.small': { architecture: 'amd64', vcpus: 2, memoryMiB: 2_048, hourlyPrice: 0.0208 },
  't3.medium': { architecture: 'amd64', vcpus: 2, memoryMiB: 4_096, hourlyPrice: 0.0416 },
  't3.large': { architecture: 'amd64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0.0832 },
  't3.xlarge': { architecture: 'amd64', vcpus: 4, memoryMiB: 16_384, hourlyPrice: 0.1664 },
  't4g.small': { architecture: 'arm64', vcpus: 2, memoryMiB: 2_048, hourlyPrice: 0.0168 },
  't4g.medium': { architecture: 'arm64', vcpus: 2, memoryMiB: 4_096, hourlyPrice: 0.0336 },
  't4g.large': { architecture: 'arm64', vcpus: 2, memoryMiB: 8_192, hourlyPrice: 0.0672 },
  't4g.xlarge': { architecture: 'arm64', vcpus: 4, memoryMiB: 16_384, hourlyPrice: 0.1344 },
};

/** As of August 2025: regions of all partitions, also those that an account has to enable; prices on demand in us-east-1. */
export const awsCatalogue: Catalogue = {
  title: 'AWS',
  defaultRegion: 'eu-west-3',
  regions: new Map(Object.entries(ZONES).map(([region, letters]) => [region, zonesOf(region, letters)])),
  machineTypes: new Map([...FAMILIES.flatMap(sizesOf), ...Object.entries(BURSTABLE)]),
};

const SMALLEST = 3;

/** Several, for when there is no capacity for one. */
export function smallestMachines(architecture: Architecture): readonly string[] {
  const fitting = [...awsCatalogue.machineTypes].filter(([, type]) => type.architecture === architecture);
  const byPrice = fitting.toSorted(([, left], [, right]) => left.hourlyPrice - right.hourlyPrice);
  return byPrice.slice(0, SMALLEST).map(([name]) => name);
}

function zonesOf(region: string, letters: string): readonly string[] {
  return Array.from(letters, (letter) => `${region}${letter}`);
}

function sizesOf({ name, architecture, largeMemoryMiB, largeHourlyPrice }: Family): readonly [string, MachineType][] {
  return Object.entries(SIZES).map(([size, times]) => {
    const hourlyPrice = Number((times * largeHourlyPrice).toFixed(4));
    return [`${name}.${size}`, { architecture, vcpus: 2 * times, memoryMiB: times * largeMemoryMiB, hourlyPrice }];
  });
}
