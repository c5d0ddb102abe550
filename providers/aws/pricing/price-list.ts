import { type Filter, GetProductsCommand } from '@aws-sdk/client-pricing';
import { z } from 'zod';
import type { ResourceContext } from '#engine/resource.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';

interface Question {
  readonly service: string;
  readonly filters: Readonly<Record<string, string>>;
  /** How the meter is called, without the letters that some regions put before it. */
  readonly meter: RegExp;
}

type Asking = Pick<ResourceContext, 'read'>;

/** What AWS charges for one thing in one region, on demand; undefined: the list does not have it. */
export async function listedPrice(
  { pricing }: Pick<AwsSession, 'pricing'>,
  context: Asking,
  { region, thing }: { readonly region: string; readonly thing: string },
): Promise<number | undefined> {
  const { service: ServiceCode, filters, meter } = questionFor(thing);
  const Filters = Object.entries({ regionCode: region, ...filters }).map(([Field, Value]): Filter => ({
    Type: 'TERM_MATCH',
    Field,
    Value,
  }));
  const texts = await everyPage(async (NextToken) => {
    const request = new GetProductsCommand({ ServiceCode, Filters, FormatVersion: 'aws_v1', NextToken });
    const page = await pricing.read(context, 'ask for prices', request);
    // The SDK has them as objects that are texts as well.
    const list: readonly unknown[] = Array.isArray(page.PriceList) ? page.PriceList : [];
    return { items: list.map((text) => String(text)), next: page.NextToken };
  });
  const products = texts.map((text) => Product.safeParse(JSON.parse(text)));
  return products.flatMap(({ data }) => (data !== undefined && isMeteredBy(data, meter) ? dollarsOf(data) : []))[0];
}

function questionFor(thing: string): Question {
  switch (thing) {
    case 'disk':
      return {
        service: 'AmazonEC2',
        filters: { productFamily: 'Storage', volumeApiName: 'gp3' },
        meter: /^EBS:VolumeUsage\.gp3$/,
      };
    case 'nat-gateway':
      return { service: 'AmazonEC2', filters: { productFamily: 'NAT Gateway' }, meter: /^NatGateway-Hours$/ };
    case 'load-balancer':
      return {
        service: 'AWSELB',
        filters: { productFamily: 'Load Balancer-Network' },
        meter: /^LoadBalancerUsage$/,
      };
    default:
      return { service: 'AmazonEC2', filters: { ...MACHINE, instanceType: thing }, meter: /^BoxUsage:/ };
  }
}

/** Linux without anything installed, on hardware that is shared, used as it is bought. */
const MACHINE = { operatingSystem: 'Linux', tenancy: 'Shared', preInstalledSw: 'NA', capacitystatus: 'Used' };

/** As much of a product as is read here. */
const Product = z.looseObject({
  product: z.looseObject({ attributes: z.looseObject({ usagetype: z.string() }) }),
  terms: z.looseObject({
    OnDemand: z.record(
      z.string(),
      z.looseObject({
        priceDimensions: z.record(
          z.string(),
          z.looseObject({ pricePerUnit: z.looseObject({ USD: z.string().optional() }) }),
        ),
      }),
    ),
  }),
});
type Product = z.output<typeof Product>;

function isMeteredBy({ product }: Product, meter: RegExp): boolean {
  return meter.test(product.attributes.usagetype.replace(REGION_LETTERS, ''));
}

const REGION_LETTERS = /^[A-Z]{2,4}\d?-/;

/** What is free in an offer is no price. */
function dollarsOf({ terms }: Product): readonly number[] {
  const dimensions = Object.values(terms.OnDemand).flatMap(({ priceDimensions }) => Object.values(priceDimensions));
  return dimensions.map(({ pricePerUnit }) => Number(pricePerUnit.USD)).filter((price) => price > 0);
}
