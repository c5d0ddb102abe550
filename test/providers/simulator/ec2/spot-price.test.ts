import { DescribeSpotPriceHistoryCommand, type SpotPrice } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { SdkAccount } from '../support/sdk-account.ts';

const HOUR_MS = 3_600_000;

async function history(account: SdkAccount, StartTime: Date, type = 'm7i.large'): Promise<readonly SpotPrice[]> {
  const request = new DescribeSpotPriceHistoryCommand({
    ProductDescriptions: ['Linux/UNIX'],
    StartTime,
    Filters: [{ Name: 'instance-type', Values: [type] }],
  });
  const { SpotPriceHistory = [], NextToken } = await account.in().ec2.send(request);
  expect(NextToken).toBe('');
  return SpotPriceHistory;
}

test('SPP-1: a history that begins now is the price in force in each zone, as text; no further page is an empty token', async () => {
  const account = await SdkAccount.open();
  const prices = await history(account, new Date(account.clock.wallMs()));
  expect(prices.map(({ AvailabilityZone }) => String(AvailabilityZone)).toSorted()).toEqual([
    'eu-west-3a',
    'eu-west-3b',
    'eu-west-3c',
  ]);
  for (const { InstanceType, SpotPrice: price } of prices) {
    expect(InstanceType).toBe('m7i.large');
    expect(price).toMatch(/^0\.0\d{5}$/);
  }
});

test('SPP-2: one that begins earlier has the prices since, each with its time; a type that is none has no history', async () => {
  const account = await SdkAccount.open();
  const prices = await history(account, new Date(account.clock.wallMs() - 2 * HOUR_MS));
  const ofZone = prices.filter(({ AvailabilityZone }) => AvailabilityZone === 'eu-west-3a');
  expect(new Set(ofZone.map(({ Timestamp }) => Timestamp?.getTime())).size).toBe(3);
  expect(new Set(ofZone.map(({ SpotPrice: price }) => price)).size).toBe(3);
  expect(await history(account, new Date(account.clock.wallMs()), 'm7i.enormous')).toEqual([]);
});
