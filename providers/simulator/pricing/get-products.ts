import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { hashText } from '../chance.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from '../page.ts';
import { machineProducts, type Product, productsIn } from './price-table.ts';

const SERVICES: ReadonlySet<string> = new Set(['AmazonEC2', 'AWSELB']);
const PAGE_MAX = 100;

const Input = z.strictObject({
  ServiceCode: z.string(),
  Filters: z
    .array(z.strictObject({ Type: z.literal('TERM_MATCH'), Field: z.string(), Value: z.string() }))
    .max(50)
    .optional(),
  FormatVersion: z.literal('aws_v1').optional(),
  MaxResults: z.int().min(1).max(PAGE_MAX).optional(),
  NextToken: z.string().optional(),
});

/** The price list of one service, as JSON in texts. */
export const getProducts = defineOperation({
  name: 'GetProducts',
  input: Input,
  run({ ServiceCode, Filters = [], MaxResults = PAGE_MAX, NextToken }, desk) {
    if (!SERVICES.has(ServiceCode)) {
      throw fault('InvalidParameterException', `Service code "${ServiceCode}" is not known.`);
    }
    const wanted = new Map(Filters.map(({ Field, Value }) => [Field, Value]));
    const region = wanted.get('regionCode') ?? desk.region;
    const type = wanted.get('instanceType');
    const all = type === undefined ? productsIn(region) : machineProducts(region, type);
    const found = all.filter(
      ({ service, attributes }) =>
        service === ServiceCode && [...wanted].every(([field, value]) => attributes[field] === value),
    );
    const { items, nextToken } = pageOf(desk, found, { idOf: skuOf, token: NextToken, size: MaxResults });
    return { FormatVersion: 'aws_v1', PriceList: items.map(textOf), NextToken: nextToken };
  },
});

function skuOf({ service, attributes }: Product): string {
  const number = hashText(JSON.stringify([service, attributes]));
  return `SKU${number.toString(36).toUpperCase().padStart(13, '0')}`;
}

function textOf(product: Product): string {
  const { service, attributes, unit, dollars } = product;
  const sku = skuOf(product);
  const { productFamily, ...others } = attributes;
  const rate = `${sku}.JRTCKXETXF`;
  const dimension = { rateCode: `${rate}.6YS6EN2CT7`, unit, beginRange: '0', endRange: 'Inf' };
  return JSON.stringify({
    product: { productFamily, sku, attributes: { servicecode: service, ...others } },
    serviceCode: service,
    terms: {
      OnDemand: {
        [rate]: {
          sku,
          offerTermCode: 'JRTCKXETXF',
          priceDimensions: {
            [dimension.rateCode]: { ...dimension, pricePerUnit: { USD: dollars.toFixed(10) } },
          },
        },
      },
    },
  });
}
