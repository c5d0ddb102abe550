import { Chance } from './chance.ts';

/** The zone that the names of a region's load balancers are in, for alias records. */
export function balancerZoneId(region: string): string {
  return `Z${Chance.of('balancer zone', region).hex(13).toUpperCase()}`;
}

export function balancerDnsName(name: string, suffix: string, region: string): string {
  return `${name}-${suffix}.elb.${region}.amazonaws.com`;
}

/** The region that a load balancer's name says it is in; undefined: it is no such name. */
export function regionOfBalancer(dnsName: string): string | undefined {
  return /\.elb\.([a-z0-9-]+)\.amazonaws\.com\.?$/.exec(dnsName)?.[1];
}
