import type { ClusterUid } from '#engine/address.ts';
import type { Provider, Consistency } from '#engine/runtime.ts';
import type { ResourceType } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { KeyProvider } from '#state/data-key.ts';
import type { ObjectStore } from '#state/object-store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Constructs } from './constructs.ts';

/** What a cloud brings: everything the rest of the program knows of it. */
export interface ProviderModule {
  readonly name: string;
  readonly catalogue: Catalogue;
  readonly constructs: Constructs;
  readonly types: ReadonlyMap<string, ResourceType>;
  /** Opens nothing yet: the first request does. */
  connect(options: ConnectOptions): Connection;
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
  /** The state of a cluster whose bucket exists. */
  stateOf(uid: ClusterUid): RemoteState;
  /** Clusters that may have their state in this account and region: candidates for who only knows a name. */
  clusters(signal: AbortSignal): Promise<readonly ClusterUid[]>;
  /** Everything in the account with the cluster's mark, found without its state: the proof of zero. */
  walk(uid: ClusterUid, signal: AbortSignal): Promise<readonly MarkedObject[]>;
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
}
