import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import type { ProviderModule } from '#provider/provider-module.ts';
import type { Downloads } from '#std/downloads.ts';
import { DirectoryBoard } from './board/directory-board.ts';
import type { Workers } from '#std/drafts.ts';
import { type Accelerator, probeAccelerator } from './accelerator/accelerator.ts';
import { type ImageEvent, ImageStore } from './image/image-store.ts';
import { type LocalRoots, localPlaces } from './local-places.ts';
import type { FirstWords, LocalSession, OwnPrograms } from './local-session.ts';
import type { LocalWorld } from './local-world.ts';
import { DirectoryMailbox } from './mailbox/directory-mailbox.ts';
import { presenceIn } from './machine/presence.ts';
import { localModule } from './module.ts';
import { findQemu } from './qemu/installed-qemu.ts';
import { DirectoryShelf } from './shelf/directory-shelf.ts';
import { operatorPublicKey } from './state/operator-key-pair.ts';

export interface LocalOptions {
  readonly world: LocalWorld;
  readonly roots: LocalRoots;
  readonly own: OwnPrograms;
  readonly isOffline: boolean;
  readonly downloads: Downloads;
  readonly workers: Workers;
  /** As cloud-init reads it. */
  readonly userDataOf: (words: FirstWords) => string;
  /** Hears how images come. */
  readonly tell: (event: ImageEvent) => void;
  /** What runs machines, where it need not be found out. */
  readonly accelerator?: Accelerator;
}

/** The provider `local`: machines on this workstation. */
export async function localProvider(options: LocalOptions): Promise<ProviderModule> {
  const { world, roots, own, isOffline, downloads, workers, userDataOf, tell } = options;
  const places = localPlaces(roots);
  const operatorKey = await operatorPublicKey(world, places.operatorKey);
  const qemuFor = once((architecture: Parameters<typeof findQemu>[1]) => findQemu(world, architecture));
  const session: LocalSession = {
    world,
    places,
    own,
    isOffline,
    images: new ImageStore({ world, places, downloads, workers, tell }),
    userDataOf,
    mailbox: new DirectoryMailbox({ world, places, machineOf: presenceIn({ world, places }) }),
    peers: new SharedPeerBoard(new DirectoryBoard({ world, places }), world.clock),
    assets: new DirectoryShelf({ world, places }),
    qemuFor,
    acceleratorFor: once(
      async (architecture) =>
        options.accelerator ?? probeAccelerator(world, places.accelerator, await qemuFor(architecture)),
    ),
    dismissed: new Set(),
  };
  return localModule(session, { isOffline, operatorKey });
}

/** Asked for by many machines at once, found out for all of them. */
function once<Key, Value>(find: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const found = new Map<Key, Promise<Value>>();
  return (key) => {
    const known = found.get(key) ?? find(key);
    found.set(key, known);
    return known;
  };
}
