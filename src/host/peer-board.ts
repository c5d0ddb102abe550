import { z } from 'zod';
import type { ResourceContext } from '#engine/resource.ts';

/** One end of the overlay, as all others are to know it. */
export const Peer = z.strictObject({
  node: z.string(),
  /** Whose: the box of the machine that the key was born on. */
  box: z.string(),
  publicKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
  overlayAddress: z.ipv4(),
  podCidr: z.cidrv4(),
  region: z.string(),
  /** Where those in the same region reach it, and all others. */
  endpoints: z.strictObject({ near: z.string(), far: z.string() }),
});
export type Peer = Readonly<z.output<typeof Peer>>;

/** What every node asks for again and again: `GET /peers` at its mailbox, with the ETag of what it has. */
export const PeerList = z.strictObject({ format: z.literal(1), peers: z.array(Peer).readonly() });
export type PeerList = Readonly<z.output<typeof PeerList>>;

/** An address, and a range for pods, are one peer's: whoever asks for one that is taken is refused. */
export interface PeerBoard {
  all(context: Reading): Promise<readonly Peer[]>;
  /** Undefined: no such node is on it. */
  find(context: Reading, node: string): Promise<Peer | undefined>;
  /** In the place of an earlier one of the same box. Fails with a CallError `exists` when another has its name, its key, its address or its range. */
  publish(context: Writing, peer: Peer): Promise<void>;
  /** Only what is that box's; one that is not there is no error. */
  withdraw(context: Writing, peer: Withdrawn): Promise<void>;
  /** Which nodes are to vote in the quorum, whether or not they are on it: nobody leaves the quorum as long as another does not. */
  setSeats(context: Writing, nodes: readonly string[]): Promise<void>;
  /** Whether a member of the quorum that was ready has been taken off it. */
  hasRetired(context: Reading): Promise<boolean>;
}

export interface Withdrawn extends Pick<Peer, 'node' | 'box'> {
  /** A member of the quorum, of which a node was ready. */
  readonly wasReady?: boolean;
}

/** Each cluster has its own. */
type Reading = Pick<ResourceContext, 'cluster' | 'signal' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'signal' | 'read' | 'mutate'>;
