import { beforeAll, expect, test } from 'vitest';
import { parseAddress } from '#engine/address.ts';
import type { PricedResource } from '#provider/price-book.ts';
import type { Connection } from '#provider/provider-module.ts';
import { awsModule } from '#providers/aws/aws-module.ts';
import { openSimulatedAccount } from '#providers/simulator/index.ts';
import { CALM_WEATHER, MEAN_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { CallCounts } from '../../../bench/call-counts.ts';
import { SeededRandom } from '../../../simulation/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { ACTED } from '../../../support/acted-machines.ts';

const REGION = 'eu-west-3';
const FOREVER = new AbortController().signal;

// Code is loaded in real time, which a virtual clock does not wait for.
beforeAll(() => import('#providers/aws/pricing/prices.ts'));

interface Stand {
  readonly clock: VirtualClock;
  readonly connection: Connection;
  readonly counts: CallCounts;
}

async function stand(weather: Weather = CALM_WEATHER, asksPrices = true, region = REGION): Promise<Stand> {
  const ports = { clock: new VirtualClock(), random: new SeededRandom(1) };
  const account = await openSimulatedAccount({ ...ports, seed: '1', weather });
  const counts = new CallCounts();
  const services = CallCounts.counting(account.services(region), () => counts);
  const module = awsModule({ name: 'aws', ...ACTED, servicesOf: () => services, asksPrices });
  return { clock: ports.clock, connection: module.connect({ ...ports, region }), counts };
}

function machines(...types: readonly string[]): readonly PricedResource[] {
  return types.map((type, index) => ({
    address: parseAddress(`machine.number-${index + 1}`),
    kind: 'aws.ec2.instance',
    inputs: {
      types: [type],
      places: [{ zone: `${REGION}a`, subnetId: 'subnet-1' }],
      systemDiskGiB: 100,
      dataDisksGiB: [],
      isSpot: index > 0,
    },
  }));
}

const REST: readonly PricedResource[] = [
  { address: parseAddress('nat'), kind: 'aws.ec2.nat-gateway', inputs: {} },
  { address: parseAddress('balancer'), kind: 'aws.elb.load-balancer', inputs: { subnetIds: ['a'] } },
];

test('prices are those of the region, by the meters that are meant among all that are listed', async () => {
  const { clock, connection, counts } = await stand();
  const resources = [...machines('m7i.large', 'm7g.large'), ...REST];
  const book = await clock.run(connection.prices(resources, FOREVER));
  const disk = 100 * 0.0928;
  const [onDemand, spot = 0, nat, balancer] = book.monthly(resources);
  expect({ onDemand, nat, balancer }).toEqual({
    onDemand: cents(730 * 1.16 * 0.1 + disk),
    nat: cents(730 * 1.16 * 0.045),
    balancer: cents(730 * 1.16 * 0.0225 + 3.65),
  });
  expect(spot).toBeGreaterThan(disk);
  expect(spot).toBeLessThan(cents(730 * 0.4 * 0.08 + disk));
  expect(book.source).toMatch(
    /^AWS Price List of \d{4}-\d\d-\d\d, of eu-west-3; spot machines at what they cost at the moment$/,
  );
  expect(Object.fromEntries(counts.byService)).toEqual({ pricing: 5, ec2: 1 });
});

test('what was asked for once in a run is not asked for again', async () => {
  const { clock, connection, counts } = await stand();
  const resources = machines('m7i.large');
  await clock.run(connection.prices(resources, FOREVER));
  const before = counts.total;
  await clock.run(connection.prices(resources, FOREVER));
  expect(counts.total).toBe(before);
});

test('without a list to ask it is the table, and the book says so', async () => {
  const { clock, connection, counts } = await stand(CALM_WEATHER, false);
  const resources = [...machines('m7i.large'), ...REST];
  const book = await clock.run(connection.prices(resources, FOREVER));
  expect(book.monthly(resources)).toEqual([cents(730 * 0.1008 + 8), 32.85, 20.08]);
  expect(book.source).toBe('built-in table of August 2025, of us-east-1; those of eu-west-3 differ');
  expect(counts.total).toBe(0);
});

test('the table knows no spot prices: such machines are counted at their worst, and the book says so', async () => {
  const { clock, connection } = await stand(CALM_WEATHER, false);
  const resources = machines('m7i.large', 'm7i.large');
  const book = await clock.run(connection.prices(resources, FOREVER));
  expect(book.monthly(resources)).toEqual([cents(730 * 0.1008 + 8), cents(730 * 0.1008 + 8)]);
  expect(book.source).toMatch(/; spot machines as ordinary ones, which is the most they can cost$/);
});

test('in the region that the table is of, no other prices are spoken of', async () => {
  const { connection } = await stand(CALM_WEATHER, false, 'us-east-1');
  expect((await connection.prices([], FOREVER)).source).toBe('built-in table of August 2025, of us-east-1');
});

test('a list that refuses to answer is asked once, and the table stands in, said with the reason', async () => {
  const { clock, connection, counts } = await stand({ ...CALM_WEATHER, credentialsExpired: 1 });
  const resources = machines('m7i.large');
  const book = await clock.run(connection.prices(resources, FOREVER));
  expect(book.source).toContain('built-in table of August 2025');
  expect(book.source).toContain('the price list did not answer: ExpiredToken');
  const before = counts.total;
  await clock.run(connection.prices(resources, FOREVER));
  expect(counts.total).toBe(before);
});

test.each([1, 2, 3, 4, 5])(
  'in mean weather there are prices within seconds, wherever they are from: %i',
  async (round) => {
    const { clock, connection } = await stand(MEAN_WEATHER);
    const resources = machines('m7i.large', 'm6i.large').slice(0, 1 + (round % 2));
    const startedMs = clock.monotonicMs();
    const book = await clock.run(connection.prices(resources, FOREVER));
    expect(clock.monotonicMs() - startedMs).toBeLessThan(30_000);
    expect(book.unknown).toEqual([]);
    expect(book.monthly(resources).every((price) => price > 30)).toBe(true);
  },
);

function cents(price: number): number {
  return Math.round(100 * price) / 100;
}
