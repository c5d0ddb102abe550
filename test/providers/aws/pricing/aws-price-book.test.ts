import { describe, expect, test } from 'vitest';
import { parseAddress } from '#engine/address.ts';
import type { PricedResource } from '#provider/price-book.ts';
import { awsPriceBook, type UnitPrices } from '#providers/aws/pricing/aws-price-book.ts';
import { wantedFor } from '#providers/aws/pricing/wanted-price.ts';

const UNITS = new Map([
  ['disk', 0.1],
  ['nat-gateway', 0.05],
  ['load-balancer', 0.02],
  ['machine m7i.large', 0.1],
  ['machine m6i.large', 0.2],
]);
const SPOT = new Map([['spot m7i.large eu-west-3a', 0.03]]);
const PRICES: UnitPrices = {
  source: 'a test',
  knowsSpot: true,
  of: (wanted, zone) => UNITS.get(wanted) ?? SPOT.get(`${wanted} ${zone}`),
};

const SUBNET = resource('net.a', 'aws.ec2.subnet', { mapsPublicAddresses: true }, { subnetId: 'subnet-a' });
const PRIVATE = resource('net.p', 'aws.ec2.subnet', { mapsPublicAddresses: false }, { subnetId: 'subnet-p' });

function resource(name: string, kind: string, inputs: object, outputs?: object): PricedResource {
  return { address: parseAddress(name), kind, inputs, ...(outputs === undefined ? {} : { outputs }) };
}

function machine(inputs: object = {}, outputs?: object): PricedResource {
  const places = [
    { zone: 'eu-west-3a', subnetId: { $ref: 'net.a', output: 'subnetId' } },
    { zone: 'eu-west-3b', subnetId: { $ref: 'net.p', output: 'subnetId' } },
  ];
  const all = { places, types: ['m7i.large', 'm6i.large'], systemDiskGiB: 20, dataDisksGiB: [10, 70], ...inputs };
  return resource('machine.one', 'aws.ec2.instance', all, outputs);
}

function pricesOf(...resources: readonly PricedResource[]): readonly number[] {
  return awsPriceBook(PRICES, wantedFor(resources)).monthly(resources);
}

describe('a machine costs', () => {
  test('its hours, its disks and the address that it starts with', () => {
    expect(pricesOf(SUBNET, PRIVATE, machine())).toEqual([0, 0, 73 + 10 + 3.65]);
  });

  test('no address where its subnet gives none', () => {
    const places = [{ zone: 'eu-west-3a', subnetId: { $ref: 'net.p', output: 'subnetId' } }];
    expect(pricesOf(SUBNET, PRIVATE, machine({ places })).at(-1)).toBe(83);
  });

  test('no address of its own when it has a fixed one, which costs the same', () => {
    const address = resource('address.one', 'aws.ec2.address', {});
    const association = resource('machine.one.address', 'aws.ec2.address-association', {
      allocationId: { $ref: 'address.one', output: 'allocationId' },
      instanceId: { $ref: 'machine.one', output: 'instanceId' },
    });
    expect(pricesOf(SUBNET, PRIVATE, address, machine(), association)).toEqual([0, 0, 3.65, 83, 0]);
  });

  test('the same when all of that is there and known by its ids', () => {
    const outputs = { instanceId: 'i-1', type: 'm7i.large', zone: 'eu-west-3a' };
    const there = machine({ places: [{ zone: 'eu-west-3a', subnetId: 'subnet-a' }] }, outputs);
    const ids = { allocationId: 'eipalloc-1', instanceId: 'i-1' };
    const association = resource('machine.one.address', 'aws.ec2.address-association', ids);
    expect(pricesOf(SUBNET, there)).toEqual([0, 86.65]);
    expect(pricesOf(SUBNET, there, association)).toEqual([0, 83, 0]);
  });

  test('what the type costs that it really is, in the zone where it really stands', () => {
    const outputs = { instanceId: 'i-1', type: 'm6i.large', zone: 'eu-west-3b' };
    expect(pricesOf(SUBNET, PRIVATE, machine({}, outputs)).at(-1)).toBe(156);
  });

  test('the spot price of its zone, or at worst the ordinary one', () => {
    expect(pricesOf(PRIVATE, machine({ isSpot: true }))).toEqual([0, 0.03 * 730 + 10]);
    const elsewhere = { instanceId: 'i-1', type: 'm7i.large', zone: 'eu-west-3b' };
    expect(pricesOf(PRIVATE, machine({ isSpot: true }, elsewhere))).toEqual([0, 83]);
  });
});

test.each([
  ['aws.ec2.nat-gateway', { subnetId: 'x' }, 36.5],
  ['aws.elb.load-balancer', { subnetIds: ['a', 'b', 'c'] }, 25.55],
  ['aws.ec2.address', {}, 3.65],
  ['aws.ec2.volume', { sizeGiB: 200 }, 20],
  ['aws.kms.key', {}, 1],
  ['aws.route53.zone', {}, 0.5],
  ['aws.s3.bucket', {}, 0],
  ['aws.ec2.vpc', { cidr: '10.0.0.0/16' }, 0],
  ['node', {}, 0],
])('%s costs what it costs', (kind, inputs, price) => {
  expect(pricesOf(resource('thing', kind, inputs))).toEqual([price]);
});

test('what nobody has a price for is named, not passed over', () => {
  const resources = [PRIVATE, machine({ types: ['x9.huge'] })];
  const book = awsPriceBook(PRICES, wantedFor(resources));
  expect(book.unknown).toEqual(['x9.huge']);
  expect(book.monthly(resources)).toEqual([0, 10]);
});

test('only what is needed is asked for', () => {
  expect([...wantedFor([SUBNET, machine({ isSpot: true }), machine()])]).toEqual([
    'disk',
    'machine m7i.large',
    'spot m7i.large',
  ]);
  expect([...wantedFor([resource('nat', 'aws.ec2.nat-gateway', {})])]).toEqual(['nat-gateway']);
});
