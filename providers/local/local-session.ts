import type { InstanceId } from '#engine/address.ts';
import type { AssetShelf } from '#host/asset-shelf.ts';
import type { Mailbox } from '#host/mailbox.ts';
import type { PeerBoard } from '#host/peer-board.ts';
import type { Stub } from '#host/protocol.ts';
import type { Architecture } from '#provider/catalogue.ts';
import type { Accelerator } from './accelerator/accelerator.ts';
import type { ImageStore } from './image/image-store.ts';
import type { LocalPlaces } from './local-places.ts';
import type { LocalWorld } from './local-world.ts';
import type { InstalledQemu } from './qemu/installed-qemu.ts';

/** What a machine is told when it starts for the first time. */
export interface FirstWords {
  readonly stub: Stub;
  /** Where it leaves its letters. */
  readonly mailbox: string;
  readonly sshKeys: readonly string[];
  readonly dns: { readonly address: string; readonly search: readonly string[] };
  /** From this follows what it makes keys for, to ask for certificates. */
  readonly role: string;
}

/** How programs of ours are started: what the provider leaves running when the command has ended. */
export interface OwnPrograms {
  /** Node itself. */
  readonly node: string;
  /** Where the modules of this provider are, as they run now. */
  readonly source: string;
  /** How modules end: `.ts` from the sources, `.js` when built. */
  readonly extension: string;
  readonly conditions: readonly string[];
}

/** What the kinds of this provider work with. */
export interface LocalSession {
  readonly world: LocalWorld;
  readonly places: LocalPlaces;
  readonly own: OwnPrograms;
  /** Machines reach nothing outside. */
  readonly isOffline: boolean;
  readonly images: ImageStore;
  /** As cloud-init reads it. */
  readonly userDataOf: (words: FirstWords) => string;
  readonly mailbox: Mailbox;
  readonly peers: PeerBoard;
  readonly assets: AssetShelf;
  /** Found once. */
  qemuFor(architecture: Architecture): Promise<InstalledQemu>;
  acceleratorFor(architecture: Architecture): Promise<Accelerator>;
  /** What this process has destroyed although nothing shows it: a choice of an image. */
  readonly dismissed: Set<InstanceId>;
}
