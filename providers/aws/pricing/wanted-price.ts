import type { PricedResource } from '#provider/price-book.ts';
import { PricedMachine } from './priced-machine.ts';

/**
 * A price that has to be known: `machine m7i.large`, `spot m7i.large`, or of one of the things below, which have one price
 * in a region.
 */
export type Wanted = Thing | `machine ${string}` | `spot ${string}`;

/** By the hour, but for the disk: by the GiB and month. */
type Thing = 'disk' | 'nat-gateway' | 'load-balancer';

const OF_KIND: ReadonlyMap<string, Wanted> = new Map([
  ['aws.ec2.nat-gateway', 'nat-gateway'],
  ['aws.elb.load-balancer', 'load-balancer'],
  ['aws.ec2.volume', 'disk'],
]);

/** What has to be known to price these. */
export function wantedFor(resources: readonly PricedResource[]): ReadonlySet<Wanted> {
  return new Set(
    resources.flatMap((resource): readonly Wanted[] => {
      const machine = PricedMachine.of(resource);
      if (machine === undefined) return [OF_KIND.get(resource.kind) ?? []].flat();
      const { type, isSpot } = machine;
      return ['disk', `machine ${type}`, ...(isSpot ? ([`spot ${type}`] as const) : [])];
    }),
  );
}
