import type { RecordSpec, RegionScope, Scope, Zone, ZoneSpec } from '#provider/constructs.ts';
import { existingZone } from './route53/existing-zone.ts';
import { route53Record } from './route53/record.ts';
import { route53Zone } from './route53/zone.ts';

const ADDRESS = 'zone';

export function declareZone({ builder, tags }: RegionScope, { domain, origin, network }: ZoneSpec): Zone {
  if (origin === 'existing') {
    const zone = builder.declare(existingZone, ADDRESS, { domain });
    return { address: zone.address, id: zone.output('zoneId'), isShared: true };
  }
  const sight = origin === 'private' ? { vpcId: network.id } : {};
  const zone = builder.declare(route53Zone, ADDRESS, { domain, ...sight, tags });
  return { address: zone.address, id: zone.output('zoneId'), isShared: false };
}

/** What is in a zone of ours goes with it. */
export function declareRecord({ builder }: Scope, { name, zone, domainName, type, target }: RecordSpec): void {
  const says =
    'dnsName' in target
      ? { ttlSeconds: 0, values: [], alias: { dnsName: target.dnsName, zoneId: target.dnsZoneId } }
      : target;
  const inputs = { zoneId: zone.id, name: domainName, type, ...says };
  if (zone.isShared) builder.declare(route53Record, `record.${name}`, { ...inputs, isShared: true });
  else builder.declare(route53Record, `record.${name}`, inputs, { within: zone.address });
}
