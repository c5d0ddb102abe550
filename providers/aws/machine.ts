import type { Declared } from '#engine/blueprint.ts';
import { problem } from '#engine/problem.ts';
import type { Ref } from '#engine/ref.ts';
import type { Image, Machine, MachineRole, MachineSpec, Network, RegionScope, Scope } from '#provider/constructs.ts';
import { instance } from './ec2/instance.ts';
import { profileAssociation } from './ec2/profile-association.ts';
import { hiddenOutput } from './hidden-output.ts';

/** A machine, and what it may do at the provider. */
export function declareMachine(scope: RegionScope, spec: MachineSpec): Machine {
  const machine = scope.builder.declare(instance, `${scope.region}.machine.${spec.name}`, machineInputs(scope, spec), {
    dependsOn: [...spec.network.egress, ...spec.rules.map(({ address }) => address)],
  });
  giveRole(scope, machine, spec.machineRole);
  return {
    address: machine.address,
    mailbox: machine.output('mailbox'),
    publicAddress: machine.output('publicAddress'),
    privateAddress: machine.output('privateAddress'),
  };
}

function machineInputs({ clusterName }: RegionScope, spec: MachineSpec) {
  return {
    name: `${clusterName} ${spec.role}`,
    imageId: spec.image.id,
    rootDevice: rootDeviceOf(spec.image),
    places: spec.zones.map((zone) => ({ zone, subnetId: subnetOf(spec.network, zone) })),
    types: spec.types,
    securityGroupIds: spec.firewalls.map(({ id }) => id),
    ...(spec.key === undefined ? {} : { keyName: spec.key.name }),
    systemDiskGiB: spec.systemDiskGiB,
    dataDisksGiB: spec.dataDisksGiB,
    userData: spec.userData,
  };
}

/** Once the machine is there: EC2 takes longer to hear of a fresh profile than a launch may wait. */
function giveRole(
  { builder }: Scope,
  machine: Declared<{ readonly instanceId: string }>,
  role: MachineRole | undefined,
): void {
  if (role === undefined) return;
  const profile = { profile: role.profile, profileId: hiddenOutput(role.address, 'id') };
  const inputs = { instanceId: machine.output('instanceId'), ...profile };
  builder.declare(profileAssociation, `${machine.address}.profile`, inputs, { within: machine.address });
}

function rootDeviceOf({ address }: Image): Ref<string> {
  return hiddenOutput(address, 'rootDevice');
}

function subnetOf({ address, subnets }: Network, zone: string): Ref<string> {
  const subnet = subnets.get(zone);
  if (subnet !== undefined) return subnet;
  throw problem('internal', { address, detail: `A machine is to stand in ${zone}, where its network has no part.` });
}
