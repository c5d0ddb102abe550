import { z } from 'zod';
import type { PriceBook, PricedResource } from '#provider/price-book.ts';
import { linkIn, linksTo, PricedMachine } from './priced-machine.ts';
import type { Wanted } from './wanted-price.ts';

/** As AWS counts a month. */
const HOURS = 730;
/** The same in every region of AWS, and never a part of what is bought with it. */
const PUBLIC_ADDRESS = 0.005 * HOURS;
const KEY = 1;
const ZONE = 0.5;

const BY_USE = 'traffic, requests, what the load balancer and NAT gateways carry (by the GB and LCU), what S3 holds';

const Volume = z.looseObject({ sizeGiB: z.number() });
const Association = z.looseObject({ instanceId: z.unknown() });
const Balancer = z.looseObject({ subnetIds: z.array(z.unknown()) });
const Subnet = z.looseObject({ mapsPublicAddresses: z.boolean() });

export interface UnitPrices {
  readonly source: string;
  /** Otherwise a spot machine is counted as what it costs at worst. */
  readonly knowsSpot: boolean;
  /** Undefined: not known. A spot price is of one zone. */
  of(wanted: Wanted, zone?: string): number | undefined;
}

/** Prices of resources, put together from those of their parts. */
export function awsPriceBook(prices: UnitPrices, wanted: ReadonlySet<Wanted>): PriceBook {
  const isSpotGuessed = !prices.knowsSpot && [...wanted].some((one) => one.startsWith('spot '));
  const unknown = [...wanted].filter((one) => !one.startsWith('spot ') && prices.of(one) === undefined);
  return {
    source: `${prices.source}${isSpotGuessed ? '; spot machines as ordinary ones, which is the most they can cost' : ''}`,
    byUse: BY_USE,
    unknown: unknown.map((one) => one.replace(/^machine /, '')),
    monthly(resources) {
      const around = new Surroundings(resources, prices);
      return resources.map((resource) => cents(priceOf(resource, around)));
    },
  };
}

function priceOf(resource: PricedResource, around: Surroundings): number {
  const { prices } = around;
  switch (resource.kind) {
    case 'aws.ec2.instance':
      return machinePrice(resource, around);
    case 'aws.ec2.address':
      return PUBLIC_ADDRESS;
    case 'aws.ec2.nat-gateway':
      return HOURS * (prices.of('nat-gateway') ?? 0);
    case 'aws.elb.load-balancer':
      return HOURS * (prices.of('load-balancer') ?? 0) + PUBLIC_ADDRESS * zonesOf(resource);
    case 'aws.ec2.volume':
      return (Volume.safeParse(resource.inputs).data?.sizeGiB ?? 0) * (prices.of('disk') ?? 0);
    case 'aws.kms.key':
      return KEY;
    case 'aws.route53.zone':
    case 'aws.route53.private-zone':
      return ZONE;
    default:
      return 0;
  }
}

/** With its disks, and with its public address unless that is bought by itself. */
function machinePrice(resource: PricedResource, around: Surroundings): number {
  const machine = PricedMachine.of(resource);
  if (machine === undefined) return 0;
  const { prices } = around;
  const onDemand = prices.of(`machine ${machine.type}`) ?? 0;
  // At worst it costs as much as one that is not taken back.
  const hourly = machine.isSpot ? (prices.of(`spot ${machine.type}`, machine.zone) ?? onDemand) : onDemand;
  const address = around.hasOwnAddress(resource, machine) ? PUBLIC_ADDRESS : 0;
  return HOURS * hourly + machine.diskGiB * (prices.of('disk') ?? 0) + address;
}

/** A load balancer has a public address in each of its zones. */
function zonesOf({ inputs }: PricedResource): number {
  return Balancer.safeParse(inputs).data?.subnetIds.length ?? 0;
}

/** The other resources that a price hangs on. */
class Surroundings {
  readonly prices: UnitPrices;
  readonly #publicSubnets: ReadonlySet<string>;
  /** Machines whose address is bought by itself. */
  readonly #fixed: ReadonlySet<string | undefined>;

  constructor(resources: readonly PricedResource[], prices: UnitPrices) {
    const isPublic = ({ kind, inputs }: PricedResource): boolean =>
      kind === 'aws.ec2.subnet' && Subnet.safeParse(inputs).data?.mapsPublicAddresses === true;
    const fixed = resources.filter(({ kind }) => kind === 'aws.ec2.address-association');
    this.prices = prices;
    this.#publicSubnets = new Set(resources.filter(isPublic).flatMap(linksTo));
    this.#fixed = new Set(fixed.map(({ inputs }) => linkIn(Association.safeParse(inputs).data?.instanceId)));
  }

  /** Where every machine gets an address when it starts; a fixed one takes its place. */
  hasOwnAddress(machine: PricedResource, { subnet }: PricedMachine): boolean {
    const link = linkIn(subnet);
    if (link === undefined || !this.#publicSubnets.has(link)) return false;
    return !linksTo(machine).some((to) => this.#fixed.has(to));
  }
}

function cents(price: number): number {
  return Math.round(100 * price) / 100;
}
