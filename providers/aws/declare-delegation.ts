import type { DelegationSpec, RegionScope } from '#provider/constructs.ts';
import type { Ref } from '#engine/ref.ts';
import { delegation } from './route53/delegation.ts';
import { parentZone } from './route53/parent-zone.ts';

/** Where the account has the zone above, that leads to the cluster's own; otherwise nothing is written anywhere. */
export function declareDelegation({ builder }: RegionScope, { domain, zone }: DelegationSpec): void {
  const parent = builder.declare(parentZone, 'zone.parent', { domain });
  const nameServers: Ref<readonly string[]> = { $ref: zone.address, output: 'nameServers' };
  builder.declare(delegation, 'zone.delegation', { parentZoneId: parent.output('zoneId'), domain, nameServers });
}
