import type { Address, ClusterUid } from '#engine/address.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { Input, Ref } from '#engine/ref.ts';
import type { Architecture } from './catalogue.ts';

/** Where a construct is declared: the blueprint under construction and whose it is. */
export interface Scope {
  readonly builder: BlueprintBuilder;
  readonly uid: ClusterUid;
  readonly clusterName: string;
  /** Put on everything that can bear them, beside the marks. */
  readonly tags: Readonly<Record<string, string>> | undefined;
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
  /** `role.<name>`: lets machines of a role reach what is theirs in the cluster's bucket. */
  machineRole(scope: Scope, spec: MachineRoleSpec): MachineRole;
  /** `zone`. */
  zone(scope: RegionScope, spec: ZoneSpec): Zone;
  /** `zone.delegation`: the record above that leads to the zone, where the account has the zone above. */
  delegation(scope: RegionScope, spec: DelegationSpec): void;
  /** `record.<name>`. */
  record(scope: Scope, spec: RecordSpec): void;
  /** `<region>.network` and its parts. */
  network(scope: RegionScope, spec: NetworkSpec): Network;
  /** `<region>.address.<name>`: a public address that stays the same, whichever machine has it. */
  address(scope: RegionScope, spec: { readonly name: string }): FixedAddress;
  /** `<region>.balancer` and its parts. */
  balancer(scope: RegionScope, spec: BalancerSpec): Balancer;
  /** `<region>.firewall.<name>`, without rules. */
  firewall(scope: RegionScope, spec: { readonly name: string; readonly network: Network }): Firewall;
  /** `<region>.firewall.<name>.rules`: exactly these, all others are removed. */
  firewallRules(scope: RegionScope, spec: FirewallRulesSpec): FirewallRules;
  /** `<region>.key`: the operator's SSH key. */
  key(scope: RegionScope, spec: { readonly publicKey: string }): Key;
  /** `<region>.image.<architecture>`: the newest image or the one that is named, pinned when first looked up. */
  image(scope: RegionScope, spec: ImageSpec): Image;
  /** For what does next to nothing: the cheapest machines there are, cheapest first. */
  smallestMachines(architecture: Architecture): readonly string[];
  /** `<region>.machine.<name>` with its disks and its role. */
  machine(scope: RegionScope, spec: MachineSpec): Machine;
  /**
   * Its machines are real and bootstrap themselves: the stages that they pass by now, in this order. Without it all stages
   * are declared, and nothing is fetched: whoever reports them only plays a machine.
   */
  readonly realStages?: readonly string[];
  /** At which every machine is spoken to from outside, each in a network of its own. @default at its private address */
  readonly outsideAddress?: string;
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
  /** They bring snapshots of what the quorum holds. */
  readonly bringsSnapshots: boolean;
}

export interface MachineRole {
  readonly address: Address;
  readonly profile: Ref<string>;
}

export interface Zone {
  readonly address: Address;
  readonly id: Ref<string>;
  /** Somebody else's: what is put into it is taken out again, and does not go with it. */
  readonly isShared: boolean;
}

export interface ZoneSpec {
  readonly domain: string;
  /** Made for the cluster, found in the account, or made for the cluster's own network alone. */
  readonly origin: 'create' | 'existing' | 'private';
  readonly network: Network;
}

export interface DelegationSpec {
  readonly domain: string;
  readonly zone: Zone;
}

export interface RecordSpec {
  /** Last part of the address. */
  readonly name: string;
  readonly zone: Zone;
  readonly domainName: string;
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly target: { readonly ttlSeconds: number; readonly values: readonly Input<string>[] } | Balancer;
}

export interface NetworkSpec {
  readonly cidr: string;
  /** Of the cluster: whoever answers for names inside the network answers for those in it. */
  readonly domain: string;
  readonly zones: readonly ZoneRange[];
  /** Machines of a private network have no public addresses: they go out through gateways. */
  readonly topology: 'public' | 'private';
  readonly nat: 'per-zone' | 'single';
  /** The provider's name of a network that is there already. */
  readonly existing?: string | undefined;
}

export interface ZoneRange {
  readonly name: string;
  /** Where machines stand. */
  readonly cidr: string;
  /** In a private network: where what has a public address stands. */
  readonly publicCidr?: string | undefined;
}

interface FixedAddress {
  readonly address: Address;
  readonly id: Ref<string>;
  readonly publicAddress: Ref<string>;
}

export interface BalancerSpec {
  readonly network: Network;
  readonly zones: readonly string[];
  readonly firewalls: readonly Firewall[];
  readonly ports: readonly BalancedPort[];
}

export interface BalancedPort {
  /** Last part of the address. */
  readonly name: string;
  readonly port: number;
  readonly machines: readonly Machine[];
}

export interface Balancer {
  readonly address: Address;
  readonly dnsName: Ref<string>;
  /** Of the zone that the name is in, for records that point at it. */
  readonly dnsZoneId: Ref<string>;
}

interface ImageSpec {
  readonly system: string;
  readonly architecture: Architecture;
  readonly id?: string | undefined;
}

export interface Network {
  readonly address: Address;
  readonly id: Ref<string>;
  /** Where machines stand, by zone. */
  readonly subnets: ReadonlyMap<string, Ref<string>>;
  /** Where what has a public address stands, by zone: in a public network the same. */
  readonly publicSubnets: ReadonlyMap<string, Ref<string>>;
  /** What must be there before a machine reaches the outside, by the zone that it stands in. */
  readonly egress: ReadonlyMap<string, readonly Address[]>;
  /** The same for a machine with a public address. */
  readonly publicEgress: ReadonlyMap<string, readonly Address[]>;
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
  /** What it may do at the provider. It is given to the machine once that is there. */
  readonly machineRole: MachineRole;
  readonly systemDiskGiB: number;
  readonly dataDisksGiB: readonly number[];
  /** What it is told before it has said anything, as the text of a `Stub`. */
  readonly stub: string;
  /** Names point at it: what its public address is now is followed. */
  readonly isNamed?: boolean | undefined;
  /** Takes the place of the address that it starts with. */
  readonly fixedAddress?: FixedAddress | undefined;
  /** It may be taken back at any time, for a lower price. */
  readonly spot?: boolean | undefined;
  /** In a private network: it stands where it can be reached from outside. */
  readonly isPublic?: boolean | undefined;
  /** Machines of one turn are replaced one after the other, each when the node on the one before stands. */
  readonly turn?: string | undefined;
}

export interface Machine {
  readonly address: Address;
  /** What has to be there before it is told what it becomes: connections do not outlive a change of its address. */
  readonly settled: readonly Address[];
  /** The provider's name for it. */
  readonly id: Ref<string>;
  /** Where it says hello and takes its welcome. Known when it has said hello. */
  readonly mailbox: Ref<string>;
  readonly publicAddress: Ref<string>;
  readonly privateAddress: Ref<string>;
}
