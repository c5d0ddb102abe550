import type { ClusterSpec } from '#config/cluster-file.ts';
import type { Constructs, RegionScope, StateBucket } from '#provider/constructs.ts';
import type { MachineBasis } from './machine-basis.ts';
import type { RegionNetwork } from './network.ts';

export const BASTION = 'bastion';
/** The image, and room for a log. */
const DISK_GIB = 10;

interface BastionSpec {
  readonly basis: MachineBasis;
  readonly regionNetwork: RegionNetwork;
  readonly bucket: StateBucket;
}

/** The one machine of a private network that lets the operator in: a door, and nothing else. */
export function declareBastion(
  constructs: Constructs,
  scope: RegionScope,
  spec: ClusterSpec,
  { basis, regionNetwork, bucket }: BastionSpec,
): void {
  const { bastionWall: wall, network } = regionNetwork;
  if (wall === undefined) return;
  const isFixed = spec.network.addresses === 'fixed';
  constructs.machine(scope, {
    ...basis,
    name: BASTION,
    role: BASTION,
    zones: spec.zones,
    types: constructs.smallestMachines(spec.image.architecture),
    network,
    firewalls: [wall.firewall],
    rules: [wall.rules],
    machineRole: constructs.machineRole(scope, { name: BASTION, bucket, bringsSnapshots: false }),
    systemDiskGiB: DISK_GIB,
    dataDisksGiB: [],
    isPublic: true,
    isNamed: true,
    fixedAddress: isFixed ? constructs.address(scope, { name: BASTION }) : undefined,
  });
}
