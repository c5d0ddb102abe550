import { problem } from '#engine/problem.ts';
import type { Ref } from '#engine/ref.ts';
import type {
  Constructs,
  Firewall,
  FirewallRule,
  FirewallRules,
  Image,
  Machine,
  MachineSpec,
  Network,
  NetworkSpec,
  RegionScope,
} from '#provider/constructs.ts';
import { REAL_STAGES } from '#provider/real-stages.ts';
import { localCatalogue } from './catalogue.ts';
import { hiddenOutput } from './hidden-output.ts';
import { localImage } from './image/local-image.ts';
import { localMachine } from './machine/machine.ts';
import { localRecord } from './names/record.ts';
import { localZone } from './names/zone.ts';
import { localNetwork } from './network/network.ts';
import { OUTSIDE_ADDRESS } from './qemu/arguments.ts';
import { localGround } from './state/ground.ts';
import { localKey } from './state/operator-key.ts';
import { localStateKey } from './state/state-key.ts';

export interface LocalChoices {
  readonly isOffline: boolean;
  /** The public half of the key with which this program itself gets in. */
  readonly operatorKey: string;
}

/** What the cluster layer asks for, as things of a workstation. What only a cloud has, the cluster file cannot ask for. */
export function localConstructs(choices: LocalChoices): Constructs {
  const walls = new Walls();
  const zoneOf = new Map<string, { readonly cidr: string }>();
  return {
    realStages: REAL_STAGES,
    outsideAddress: OUTSIDE_ADDRESS,
    ...STATE,
    ...NAMES,
    ...ONLY_IN_A_CLOUD,

    network(scope, { cidr, zones, domain }) {
      for (const zone of zones) zoneOf.set(zone.name, zone);
      return declareNetwork(scope, { cidr, zones, domain });
    },

    firewall: (_scope, { network }) => ({ address: network.address, id: network.id }),
    firewallRules: (_scope, { firewall, ingress }) => walls.raise(firewall, ingress),

    key({ builder, region }, { publicKey }) {
      const key = builder.declare(localKey, `${region}.key`, { publicKey });
      return { address: key.address, name: key.output('name') };
    },

    image({ builder, region }, { system, architecture, id }) {
      const inputs = { system, architecture, ...(id === undefined ? {} : { id }) };
      const image = builder.declare(localImage, `${region}.image.${architecture}`, inputs);
      return { address: image.address, id: image.output('imageId') };
    },

    smallestMachines: (architecture) =>
      [...localCatalogue.machineTypes].filter(([, type]) => type.architecture === architecture).map(([name]) => name),

    machine(scope, spec) {
      const cidr = zoneOf.get(spec.zones[0] ?? '')?.cidr ?? '';
      return declareMachine(scope, spec, { ...choices, cidr, opens: walls.openingsOf(spec) });
    },
  };
}

const STATE: Pick<Constructs, 'stateKey' | 'stateBucket' | 'machineRole'> = {
  stateKey({ builder }) {
    const key = builder.declare(localStateKey, 'state.key', {});
    return { address: key.address, id: key.output('id') };
  },

  stateBucket({ builder, uid }, { key }) {
    const ground = builder.declare(localGround, 'state.bucket', {}, { dependsOn: [key.address] });
    return { address: ground.address, name: uid };
  },

  /** There is nothing here that a machine could be allowed. */
  machineRole: (_scope, { bucket }) => ({ address: bucket.address, profile: hiddenOutput(bucket.address, 'path') }),
};

const NAMES: Pick<Constructs, 'zone' | 'delegation' | 'record'> = {
  zone({ builder }, { domain, network }) {
    const zone = builder.declare(localZone, 'zone', { domain }, { dependsOn: [network.address] });
    return { address: zone.address, id: zone.output('zoneId'), isShared: false };
  },

  delegation() {
    // Nobody above a workstation knows of its names.
  },

  record({ builder }, { name, zone, domainName, type, target }) {
    if ('dnsName' in target) throw onlyInACloud('a load balancer');
    const { ttlSeconds, values } = target;
    const inputs = { zoneId: zone.id, name: domainName, type, ttlSeconds, values };
    builder.declare(localRecord, `record.${name}`, inputs, { within: zone.address });
  },
};

const ONLY_IN_A_CLOUD: Pick<Constructs, 'address' | 'balancer'> = {
  address() {
    throw onlyInACloud('an address of its own');
  },
  balancer() {
    throw onlyInACloud('a load balancer');
  },
};

/** What is open to the outside is what the workstation leads to its machines; among themselves everything is open. */
class Walls {
  readonly #openings = new Map<FirewallRules, readonly number[]>();

  raise({ address }: Firewall, ingress: readonly FirewallRule[]): FirewallRules {
    const rules: FirewallRules = { address };
    const open = ingress.flatMap(({ protocol, ports, from }) =>
      protocol === 'tcp' && ports !== undefined && 'cidr' in from ? allFrom(ports) : [],
    );
    this.#openings.set(rules, open);
    return rules;
  }

  openingsOf({ rules }: MachineSpec): readonly number[] {
    const all = new Set([SSH_PORT, ...rules.flatMap((wall) => this.#openings.get(wall) ?? [])]);
    return [...all].toSorted((left, right) => left - right);
  }
}

function allFrom([first, last]: readonly [number, number]): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Whoever is at the workstation gets in. */
const SSH_PORT = 22;

function declareNetwork(
  { builder, region }: RegionScope,
  { cidr, domain, zones }: Pick<NetworkSpec, 'cidr' | 'domain' | 'zones'>,
): Network {
  const network = builder.declare(localNetwork, `${region}.network`, { region, cidr, domain });
  const id = network.output('networkId');
  const everywhere = new Map(zones.map(({ name }): [string, Ref<string>] => [name, id]));
  const atOnce = new Map(zones.map(({ name }) => [name, [network.address]] as const));
  return {
    address: network.address,
    id,
    subnets: everywhere,
    publicSubnets: everywhere,
    egress: atOnce,
    publicEgress: atOnce,
  };
}

interface Placement extends LocalChoices {
  readonly opens: readonly number[];
  readonly cidr: string;
}

function declareMachine(
  { builder, region, clusterName }: RegionScope,
  spec: MachineSpec,
  placement: Placement,
): Machine {
  const { network, zones, types, image, key, systemDiskGiB, dataDisksGiB, stub } = spec;
  const [type = ''] = types;
  const { architecture, vcpus, memoryMiB } = sizeOf(type);
  const publicKeys = [placement.operatorKey, ...(key === undefined ? [] : [hiddenOutput(key.address, 'publicKey')])];
  const inputs = {
    title: clusterName,
    role: spec.role,
    imageId: imageIdOf(image),
    architecture,
    type,
    vcpus,
    memoryMiB,
    zone: zones[0] ?? '',
    cidr: placement.cidr,
    segment: {
      socket: hiddenOutput(network.address, 'socket'),
      prefix: hiddenOutput<number>(network.address, 'prefix'),
      nameServer: hiddenOutput(network.address, 'nameServer'),
    },
    opens: placement.opens,
    publicKeys,
    systemDiskGiB,
    dataDisksGiB,
    stub,
    isOffline: placement.isOffline,
  };
  const machine = builder.declare(localMachine, `${region}.machine.${spec.name}`, inputs, { turn: spec.turn });
  return {
    address: machine.address,
    settled: [],
    id: machine.output('instanceId'),
    mailbox: machine.output('mailbox'),
    // Names are for those inside: from outside everything here is at the workstation itself.
    publicAddress: machine.output('privateAddress'),
    privateAddress: machine.output('privateAddress'),
  };
}

function imageIdOf({ id }: Image): Ref<string> {
  return id;
}

function sizeOf(type: string) {
  const found = localCatalogue.machineTypes.get(type);
  if (found !== undefined) return found;
  throw problem('internal', { detail: `This workstation has no machines of the type ${type}.` });
}

function onlyInACloud(what: string) {
  return problem('internal', { detail: `The blueprint wants ${what}, which a workstation does not have.` });
}
