import { findInstanceType, type InstanceType } from '../ec2/instance-type.ts';

/** One line of the price list: what is sold, by which meter, for how much. */
export interface Product {
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly dollars: number;
}

const VCPU_HOUR = { x86_64: 0.05, arm64: 0.04 } as const;
/** Every region but the first has its letters before the meter, and its own prices. */
const HOME = 'us-east-1';
const ELSEWHERE = 1.16;

/** What the simulated account can be billed for in one region, in the order of the list. */
export function productsIn(region: string): readonly Product[] {
  return [...storage(region), ...gateways(region), ...balancers(region)];
}

/** One type is sold in many ways; the ordinary one is neither the first nor the cheapest. */
export function machineProducts(region: string, name: string): readonly Product[] {
  const type = findInstanceType(name);
  if (type === undefined) return [];
  const hourly = type.vcpus * VCPU_HOUR[type.architecture];
  const base = { instanceType: name, operatingSystem: 'Linux', tenancy: 'Shared', preInstalledSw: 'NA' };
  const ways = [
    { capacitystatus: 'AllocatedCapacityReservation', usagetype: `Reservation:${name}`, dollars: 0 },
    { capacitystatus: 'UnusedCapacityReservation', usagetype: `UnusedBox:${name}`, dollars: hourly },
    { capacitystatus: 'Used', usagetype: `BoxUsage:${name}`, dollars: hourly },
    { capacitystatus: 'Used', usagetype: `BoxUsage:${name}`, dollars: 2 * hourly, operatingSystem: 'Windows' },
    { capacitystatus: 'Used', usagetype: `DedicatedUsage:${name}`, dollars: 1.1 * hourly, tenancy: 'Dedicated' },
    { capacitystatus: 'Used', usagetype: `BoxUsage:${name}`, dollars: 3 * hourly, preInstalledSw: 'SQL Std' },
  ];
  return ways.map(({ dollars, ...attributes }) =>
    sold(
      region,
      { service: 'AmazonEC2', unit: 'Hrs', dollars },
      { productFamily: 'Compute Instance', ...base, ...attributes },
    ),
  );
}

/** As the market has it at a moment: somewhat below a third, another in each zone, another every hour. */
export function spotPrice({ vcpus, architecture }: InstanceType, zone: string, hour: number): string {
  const share = 0.28 + ((zone.charCodeAt(zone.length - 1) + hour) % 5) / 100;
  return (share * vcpus * VCPU_HOUR[architecture]).toFixed(6);
}

type Offer = Pick<Product, 'service' | 'unit' | 'dollars'>;

function sold(region: string, offer: Offer, attributes: Readonly<Record<string, string>>): Product {
  const isHome = region === HOME;
  const meter = isHome ? attributes['usagetype'] : `${lettersOf(region)}-${attributes['usagetype']}`;
  const dollars = Number((isHome ? offer.dollars : ELSEWHERE * offer.dollars).toFixed(6));
  return { ...offer, dollars, attributes: { ...attributes, usagetype: meter ?? '', regionCode: region } };
}

/** `eu-west-3` is `EUW3`. */
function lettersOf(region: string): string {
  const [continent = '', direction = '', number = ''] = region.split('-');
  return `${continent}${direction.charAt(0)}${number}`.toUpperCase();
}

function storage(region: string): readonly Product[] {
  const kinds = [
    ['gp2', 0.1],
    ['gp3', 0.08],
    ['io2', 0.125],
  ] as const;
  const offer = { service: 'AmazonEC2', unit: 'GB-Mo' };
  return kinds.map(([volumeApiName, dollars]) => {
    const usagetype = `EBS:VolumeUsage.${volumeApiName}`;
    return sold(region, { ...offer, dollars }, { productFamily: 'Storage', volumeApiName, usagetype });
  });
}

function gateways(region: string): readonly Product[] {
  const meters = [
    ['NatGateway-Bytes', 'GB', 0.045],
    ['RegionalNatGateway-Hours', 'Hrs', 0.054],
    ['NatGateway-Hours', 'Hrs', 0.045],
  ] as const;
  return meters.map(([usagetype, unit, dollars]) =>
    sold(region, { service: 'AmazonEC2', unit, dollars }, { productFamily: 'NAT Gateway', usagetype }),
  );
}

function balancers(region: string): readonly Product[] {
  const meters = [
    ['LCUUsage', 'LCU-Hrs', 0.006],
    ['LoadBalancerUsage', 'Hrs', 0.0225],
  ] as const;
  return meters.map(([usagetype, unit, dollars]) =>
    sold(region, { service: 'AWSELB', unit, dollars }, { productFamily: 'Load Balancer-Network', usagetype }),
  );
}
