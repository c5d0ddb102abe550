import { GetProductsCommand, type GetProductsCommandInput } from '@aws-sdk/client-pricing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { refusalOf, SdkAccount } from '../support/sdk-account.ts';

const Listed = z.object({
  product: z.object({ productFamily: z.string(), attributes: z.record(z.string(), z.string()) }),
  terms: z.object({
    OnDemand: z.record(
      z.string(),
      z.object({
        priceDimensions: z.record(
          z.string(),
          z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.string() }) }),
        ),
      }),
    ),
  }),
});

function asking(filters: Readonly<Record<string, string>>, more: Partial<GetProductsCommandInput> = {}) {
  const Filters = Object.entries(filters).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value }) as const);
  return new GetProductsCommand({ ServiceCode: 'AmazonEC2', Filters, ...more });
}

async function listed(filters: Readonly<Record<string, string>>, more?: Partial<GetProductsCommandInput>) {
  const account = await SdkAccount.open();
  const answer = await account.in().pricing.send(asking(filters, more));
  const texts: readonly unknown[] = Array.isArray(answer.PriceList) ? answer.PriceList : [];
  return texts.map((text) => Listed.parse(JSON.parse(String(text))));
}

const DISK = { regionCode: 'eu-west-3', productFamily: 'Storage', volumeApiName: 'gp3' };

test('PRC-1: a product is JSON in a text, its price in dollars as text in a dimension of an offer', async () => {
  const [disk] = await listed(DISK);
  const [offer] = Object.values(disk?.terms.OnDemand ?? {});
  const [dimension] = Object.values(offer?.priceDimensions ?? {});
  expect(dimension).toEqual({ unit: 'GB-Mo', pricePerUnit: { USD: '0.0928000000' } });
});

test('PRC-2: all filters have to match; what matches nothing is an empty list, not a refusal', async () => {
  expect(await listed(DISK)).toHaveLength(1);
  expect(await listed({ ...DISK, volumeApiName: 'gp9' })).toEqual([]);
  expect(await listed({ ...DISK, nothing: 'x' })).toEqual([]);
});

test('PRC-3: a region has letters before its meters, but for the first one', async () => {
  const meterIn = async (regionCode: string) =>
    (await listed({ ...DISK, regionCode })).map(({ product }) => product.attributes['usagetype']);
  expect(await meterIn('us-east-1')).toEqual(['EBS:VolumeUsage.gp3']);
  expect(await meterIn('eu-west-3')).toEqual(['EUW3-EBS:VolumeUsage.gp3']);
});

test('PRC-4: one type is sold in several ways, and a gateway by several meters, in no order that helps', async () => {
  const types = await listed({ regionCode: 'eu-west-3', instanceType: 'm7i.large' });
  const ways = new Set(types.map(({ product: { attributes } }) => String(attributes['usagetype'])));
  expect([...ways].toSorted()).toEqual([
    'EUW3-BoxUsage:m7i.large',
    'EUW3-DedicatedUsage:m7i.large',
    'EUW3-Reservation:m7i.large',
    'EUW3-UnusedBox:m7i.large',
  ]);
  const gateways = await listed({ regionCode: 'eu-west-3', productFamily: 'NAT Gateway' });
  expect(gateways.map(({ product: { attributes } }) => String(attributes['usagetype'])).toSorted()).toEqual([
    'EUW3-NatGateway-Bytes',
    'EUW3-NatGateway-Hours',
    'EUW3-RegionalNatGateway-Hours',
  ]);
});

test('PRC-5: the list comes in pages', async () => {
  const account = await SdkAccount.open();
  const { pricing } = account.in();
  const filters = { regionCode: 'eu-west-3', instanceType: 'm7i.large' };
  const seen: unknown[] = [];
  let NextToken: string | undefined;
  do {
    const page = await pricing.send(
      asking(filters, { MaxResults: 4, ...(NextToken === undefined ? {} : { NextToken }) }),
    );
    const texts: readonly unknown[] = Array.isArray(page.PriceList) ? page.PriceList : [];
    seen.push(...texts);
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  expect(seen).toHaveLength(6);
  expect(new Set(seen).size).toBe(6);
});

test('PRC-6: a service that is not in the list is refused', async () => {
  const account = await SdkAccount.open();
  const request = account.in().pricing.send(asking({}, { ServiceCode: 'AmazonNothing' }));
  expect(await refusalOf(request)).toBe('InvalidParameterException 400');
});
