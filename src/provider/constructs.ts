import type { Address, ClusterUid } from '#engine/address.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { Input, Ref } from '#engine/ref.ts';
import type { Architecture } from './catalogue.ts';

/** Where a construct is declared: the blueprint under construction and whose it is. */
export interface Scope {
  readonly builder: BlueprintBuilder;
  readonly uid: ClusterUid;
  readonly clusterName: string;
}

/** Addresses of what stands in a region begin with its name. */
export interface RegionScope extends Scope {
  readonly region: string;
}

/** What a provider can make, as the cluster asks for it: each method declares resources of the provider's own kinds. */
export interface Constructs {
  /** `state.key`: wraps the key that seals the state. */
  stateKey(scope: RegionScope): StateKey;
  /** `state.bucket`: holds the state and the mailboxes. Its name derives from the uid. */
  stateBucket(scope: RegionScope, spec: { readonly key: StateKey }): StateBucket;
  /** `role.<name>`: lets machines of a role read and write the cluster's bucket. */
  machineRole(scope: Scope, spec: MachineRoleSpec): MachineRole;
  /** `zone`. */
  zone(scope: Scope, spec: { readonly domain: string }): Zone;
  /** `record.<name>`. */
  record(scope: Scope, spec: RecordSpec): void;
  /** `<region>.network` and its parts. */
  network(scope: RegionScope, spec: NetworkSpec): Network;
  /** `<region>.firewall.<name>`, without rules. */
  firewall(scope: RegionScope, spec: { readonly name: string; readonly network: Network }): Firewall;
  /** `<region>.firewall.<name>.rules`: exactly these, all others are removed. */
  firewallRules(scope: RegionScope, spec: FirewallRulesSpec): FirewallRules;
  /** `<region>.key`: the operator's SSH key. */
  key(scope: RegionScope, spec: { readonly publicKey: string }): Key;
  /** `<region>.image.<architecture>`: the newest image, pinned when first looked up. */
  image(scope: RegionScope, spec: { readonly system: string; readonly architecture: Architecture }): Image;
  /** `<region>.machine.<name>` with its disks and its role. */
  machine(scope: RegionScope, spec: MachineSpec): Machine;
}

interface StateKey {
  readonly address: Address;
  readonly id: Ref<string>;
}

export interface StateBucket {
  readonly address: Address;
  /** Known before it exists: it derives from the uid. */
  readonly name: string;
}

interface MachineRoleSpec {
  readonly name: string;
  readonly bucket: StateBucket;
}

export interface MachineRole {
  readonly address: Address;
  readonly profile: Ref<string>;
}

interface Zone {
  readonly address: Address;
  readonly id: Ref<string>;
}

interface RecordSpec {
  /** Last part of the address. */
  readonly name: string;
  readonly zone: Zone;
  readonly domainName: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly ttlSeconds: number;
  readonly values: readonly Input<string>[];
}

export interface NetworkSpec {
  readonly cidr: string;
  readonly zones: readonly { readonly name: string; readonly cidr: string }[];
}

export interface Network {
  readonly address: Address;
  readonly id: Ref<string>;
  /** By zone. */
  readonly subnets: ReadonlyMap<string, Ref<string>>;
  /** What must be there before a machine in the network reaches the outside. */
  readonly egress: readonly Address[];
}

export interface Firewall {
  readonly address: Address;
  readonly id: Ref<string>;
}

export interface FirewallRule {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'any';
  /** First and last port; absent for protocols without. */
  readonly ports?: readonly [number, number];
  readonly from: { readonly cidr: string } | { readonly firewall: Firewall };
  readonly purpose: string;
}

interface FirewallRulesSpec {
  readonly name: string;
  readonly firewall: Firewall;
  readonly ingress: readonly FirewallRule[];
}

export interface FirewallRules {
  readonly address: Address;
}

interface Key {
  readonly address: Address;
  readonly name: Ref<string>;
}

export interface Image {
  readonly address: Address;
  readonly id: Ref<string>;
}

export interface MachineSpec {
  readonly name: string;
  readonly role: string;
  /** Machines of one role that are launched together share a request. */
  readonly zones: readonly string[];
  /** In the order of preference; the next is asked for when one has no capacity. */
  readonly types: readonly string[];
  readonly image: Image;
  readonly network: Network;
  readonly firewalls: readonly Firewall[];
  readonly rules: readonly FirewallRules[];
  readonly key: Key | undefined;
  /** What it may do at the provider; undefined: nothing. It is given to the machine once that is there. */
  readonly machineRole: MachineRole | undefined;
  readonly systemDiskGiB: number;
  readonly dataDisksGiB: readonly number[];
  readonly userData: string;
}

export interface Machine {
  readonly address: Address;
  /** Where it says hello and takes its welcome. Known when it has said hello. */
  readonly mailbox: Ref<string>;
  readonly publicAddress: Ref<string>;
  readonly privateAddress: Ref<string>;
}
