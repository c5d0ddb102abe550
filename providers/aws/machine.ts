import type { Address } from '#engine/address.ts';
import type { Declared } from '#engine/blueprint.ts';
import { problem } from '#engine/problem.ts';
import type { Ref } from '#engine/ref.ts';
import type { Image, Machine, MachineSpec, RegionScope, Scope } from '#provider/constructs.ts';
import { addressAssociation } from './ec2/address-association.ts';
import { instance } from './ec2/instance.ts';
import { publicAddress } from './ec2/public-address.ts';
import { spotInputs } from './ec2/spot.ts';
import { hiddenOutput } from './hidden-output.ts';

/** A machine and the address that it keeps. */
export function declareMachine(scope: RegionScope, spec: MachineSpec): Machine {
  const machine = scope.builder.declare(instance, `${scope.region}.machine.${spec.name}`, machineInputs(scope, spec), {
    dependsOn: [...egressOf(spec), ...spec.rules.map(({ address }) => address)],
    turn: spec.turn,
  });
  return {
    address: machine.address,
    ...declareOutside(scope, machine, spec),
    id: machine.output('instanceId'),
    mailbox: machine.output('instanceId'),
    privateAddress: machine.output('privateAddress'),
  };
}

function machineInputs({ clusterName, tags }: RegionScope, spec: MachineSpec) {
  return {
    name: `${clusterName} ${spec.role}`,
    imageId: spec.image.id,
    rootDevice: rootDeviceOf(spec.image),
    places: spec.zones.map((zone) => ({ zone, subnetId: subnetOf(spec, zone) })),
    types: spec.types,
    securityGroupIds: spec.firewalls.map(({ id }) => id),
    ...(spec.key === undefined ? {} : { keyName: spec.key.name }),
    systemDiskGiB: spec.systemDiskGiB,
    dataDisksGiB: spec.dataDisksGiB,
    profile: spec.machineRole.profile,
    profileId: hiddenOutput(spec.machineRole.address, 'id'),
    stub: spec.stub,
    role: spec.role,
    ...spotInputs(spec),
    tags,
  };
}

interface MachineOutputs {
  readonly instanceId: string;
  readonly publicAddress: string;
}

type Outside = Pick<Machine, 'settled' | 'publicAddress'>;

/**
 * The address that it keeps or, where names point at it, the one that it has. Both at one place in the blueprint: so one
 * goes before the other comes.
 */
function declareOutside({ builder }: Scope, machine: Declared<MachineOutputs>, spec: MachineSpec): Outside {
  const { fixedAddress, isNamed = false } = spec;
  const instanceId = machine.output('instanceId');
  const name = `${machine.address}.address`;
  const within = { within: machine.address };
  if (fixedAddress !== undefined) {
    const inputs = { allocationId: fixedAddress.id, instanceId };
    const { address } = builder.declare(addressAssociation, name, inputs, within);
    return { settled: [address], publicAddress: fixedAddress.publicAddress };
  }
  if (!isNamed) return { settled: [], publicAddress: machine.output('publicAddress') };
  const followed = builder.declare(publicAddress, name, { instanceId }, within);
  return { settled: [followed.address], publicAddress: followed.output('publicAddress') };
}

/** Of the zones that it may stand in. */
function egressOf({ network, zones, isPublic = false }: MachineSpec): readonly Address[] {
  const ways = isPublic ? network.publicEgress : network.egress;
  return zones.flatMap((zone) => ways.get(zone) ?? []);
}

function rootDeviceOf({ address }: Image): Ref<string> {
  return hiddenOutput(address, 'rootDevice');
}

function subnetOf({ network, isPublic = false }: MachineSpec, zone: string): Ref<string> {
  const { address, subnets, publicSubnets } = network;
  const subnet = (isPublic ? publicSubnets : subnets).get(zone);
  if (subnet !== undefined) return subnet;
  throw problem('internal', { address, detail: `A machine is to stand in ${zone}, where its network has no part.` });
}
