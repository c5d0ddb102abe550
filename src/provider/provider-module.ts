import type { ClusterUid } from '#engine/address.ts';
import type { Provider, Consistency } from '#engine/runtime.ts';
import type { ResourceType } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { KeyProvider } from '#state/data-key.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Constructs } from './constructs.ts';
import type { MachineCare } from './machine-care.ts';
import type { MachineLinks } from './machine-links.ts';
import type { PreflightFinding, PreflightRequest } from './preflight.ts';
import type { PriceBook, PricedResource } from './price-book.ts';

/** What a cloud brings: everything the rest of the program knows of it. */
export interface ProviderModule {
  readonly name: string;
  /** Where an emulator answers in the cloud's stead; absent: the cloud itself does. */
  readonly emulator?: string;
  readonly catalogue: Catalogue;
  readonly constructs: Constructs;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly data: DataKeeping;
  /** Opens nothing yet: the first request does. */
  connect(options: ConnectOptions): Connection;
}

/** How data outlives the machine that it is on. */
export interface DataKeeping {
  /** In GiB, the disks for data of a resource; most have none. */
  disksOf(kind: string, inputs: unknown): readonly number[];
  /** The inputs of one that has some, but such that they stay when it goes. */
  keeping(inputs: unknown): object;
  /** A disk by itself, to ask its price. */
  asResource(disk: { readonly sizeGiB: number }): PricedResource;
}

export interface ConnectOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** An account at a provider, in one region. */
export interface Connection {
  /** What the engine works with. */
  readonly provider: Provider;
  readonly consistency: Consistency;
  /** Who asks, and where: shown before anything is made. */
  whoAmI(signal: AbortSignal): Promise<AccountIdentity>;
  /** The public address that requests from this workstation come from. */
  operatorAddress(signal: AbortSignal): Promise<string>;
  /** Whether what is planned can be made, without making anything; all that was looked at, never the first alone. */
  preflight(request: PreflightRequest, signal: AbortSignal): Promise<readonly PreflightFinding[]>;
  /** For these; what was asked for once is not asked for again. */
  prices(resources: readonly PricedResource[], signal: AbortSignal): Promise<PriceBook>;
  /** The state of a cluster whose bucket exists. */
  stateOf(uid: ClusterUid): RemoteState;
  /** Ends a machine behind the back of its cluster, by the provider's name for it: what no journal tells of is seen. */
  endMachine(id: string, signal: AbortSignal): Promise<void>;
  /** Clusters that may have their state in this account and region: candidates for who only knows a name. */
  clusters(signal: AbortSignal): Promise<readonly ClusterUid[]>;
  /** Everything in the account with the cluster's mark, found without its state: the proof of zero. */
  walk(uid: ClusterUid, signal: AbortSignal): Promise<readonly MarkedObject[]>;
  /** Absent: its machines cannot be stopped, started or entered from here. */
  readonly care?: MachineCare | undefined;
  /** Absent: what its machines send each other is beyond anybody's reach. */
  readonly links?: MachineLinks | undefined;
}

export interface AccountIdentity {
  readonly account: string;
  readonly principal: string;
}

interface RemoteState {
  readonly location: string;
  readonly objects: ObjectStore;
  readonly seal: KeyProvider;
}

export interface MarkedObject {
  readonly kind: string;
  readonly id: string;
  /** Set for what a provider only removes later, such as a key: when, in words. */
  readonly goesLater?: string;
  /** Set for a disk by itself: nothing but its owner ever removes it. */
  readonly disk?: { readonly sizeGiB: number; readonly zone: string };
}
