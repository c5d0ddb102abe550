import { expect, test } from 'vitest';
import { awsCatalogue } from '#providers/aws/catalogue.ts';
import { partitionOf } from '#providers/aws/partition.ts';

const { regions, machineTypes, defaultRegion } = awsCatalogue;

test('every region has at least three zones, each named after it', () => {
  const odd = [...regions].filter(
    ([region, zones]) => zones.length < 3 || zones.some((zone) => zone.replace(/[a-z]$/, '') !== region),
  );
  expect(odd).toEqual([]);
  expect(regions.get(defaultRegion)).toEqual(['eu-west-3a', 'eu-west-3b', 'eu-west-3c']);
});

test('there are regions of every partition', () => {
  const partitions = [...regions.keys()].map((region) => partitionOf(region).id);
  expect([...new Set(partitions)].toSorted()).toEqual(['aws', 'aws-cn', 'aws-us-gov']);
  expect(partitions.filter((id) => id !== 'aws')).toHaveLength(4);
});

test('sizes of one family are multiples of its large', () => {
  expect(machineTypes.get('m7i.large')).toEqual({
    architecture: 'amd64',
    vcpus: 2,
    memoryMiB: 8_192,
    hourlyPrice: 0.1008,
  });
  expect(machineTypes.get('m7i.2xlarge')).toEqual({
    architecture: 'amd64',
    vcpus: 8,
    memoryMiB: 32_768,
    hourlyPrice: 0.4032,
  });
  expect(machineTypes.get('c7g.xlarge')).toEqual({
    architecture: 'arm64',
    vcpus: 4,
    memoryMiB: 8_192,
    hourlyPrice: 0.145,
  });
});

test('there are machines of both architectures', () => {
  expect(new Set([...machineTypes.values()].map(({ architecture }) => architecture))).toEqual(
    new Set(['amd64', 'arm64']),
  );
});
