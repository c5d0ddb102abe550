import type { Bucket } from '../throttle.ts';

/** Of requests that read without a filter, an id or pages. */
export const UNFILTERED = '.unfiltered';

/** The request buckets of an operation, as published: each operation has its own, in each region. */
export function bucketsOf(operation: string): readonly Bucket[] {
  const own = SIZES.get(operation);
  if (own !== undefined) return [bucket(operation, own), ...resourceBuckets(operation)];
  if (!/^(?:Describe|Get)/.test(operation)) return [bucket(operation, MUTATING)];
  if (!COSTLY_UNFILTERED.has(operation)) return [bucket(operation, READING)];
  return [bucket(operation, READING), bucket(`${operation}${UNFILTERED}`, READING_UNFILTERED)];
}

/** Draws a token for each instance, not for the request. */
export const RESOURCES = '.instances';

type Size = readonly [capacity: number, refillPerSecond: number];

const READING: Size = [100, 20];
const READING_UNFILTERED: Size = [50, 10];
const MUTATING: Size = [50, 5];

const SIZES: ReadonlyMap<string, Size> = new Map([
  ['RunInstances', [5, 2]],
  ['TerminateInstances', [100, 5]],
  ['CreateTags', [100, 10]],
  ['DeleteTags', [100, 10]],
  ['DeleteVolume', [100, 5]],
]);

const RESOURCE_SIZES: ReadonlyMap<string, Size> = new Map([
  ['RunInstances', [1_000, 2]],
  ['TerminateInstances', [1_000, 20]],
]);

const COSTLY_UNFILTERED: ReadonlySet<string> = new Set([
  'DescribeInstances',
  'DescribeVolumes',
  'DescribeSecurityGroups',
]);

function resourceBuckets(operation: string): readonly Bucket[] {
  const size = RESOURCE_SIZES.get(operation);
  return size === undefined ? [] : [bucket(`${operation}${RESOURCES}`, size)];
}

function bucket(name: string, [capacity, refillPerSecond]: Size): Bucket {
  return { name: `ec2.${name}`, capacity, refillPerSecond, isRegional: true };
}
