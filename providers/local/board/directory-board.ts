import type { ClusterUid } from '#engine/address.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { BoardRegister } from '#host/shared-peer-board.ts';
import type { DirectoryRegister } from '#state/directory-register.ts';
import { isStoreError } from '#state/object-store.ts';
import { doing, looking } from '../acts.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { boardRegister, callErrorOf } from './board-register.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'mutate'>;

interface DirectoryBoardOptions {
  readonly world: Pick<LocalWorld, 'files' | 'random'>;
  readonly places: Pick<LocalPlaces, 'of'>;
}

/** The peers of each cluster in its ground: a register as those of the state, that the doors of its machines read, too. */
export class DirectoryBoard implements BoardRegister {
  readonly #world: DirectoryBoardOptions['world'];
  readonly #places: DirectoryBoardOptions['places'];
  readonly #registers = new Map<ClusterUid, DirectoryRegister>();

  constructor({ world, places }: DirectoryBoardOptions) {
    this.#world = world;
    this.#places = places;
  }

  read(context: Reading) {
    return looking(context, 'read the list of peers', async () => {
      const stored = await this.#registerOf(context.cluster).read().catch(rethrown);
      return stored === undefined ? undefined : { text: stored.body, tag: stored.tag };
    });
  }

  swap(context: Writing, text: string, expected: string | undefined): Promise<boolean> {
    return doing(context, 'write the list of peers', async () => {
      try {
        await this.#registerOf(context.cluster).swap(text, expected);
        return true;
      } catch (error) {
        if (isStoreError(error, 'precondition')) return false;
        throw callErrorOf(error);
      }
    });
  }

  #registerOf(cluster: ClusterUid): DirectoryRegister {
    const known = this.#registers.get(cluster) ?? boardRegister(this.#world, this.#places.of(cluster).board);
    this.#registers.set(cluster, known);
    return known;
  }
}

function rethrown(error: unknown): never {
  throw callErrorOf(error);
}
