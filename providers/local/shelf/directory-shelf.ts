import { join } from 'node:path';
import type { ClusterUid } from '#engine/address.ts';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { AssetShelf } from '#host/asset-shelf.ts';
import { assert } from '#std/assert.ts';
import { nonce } from '#std/random.ts';
import { doing, looking, unlessAbsent } from '../acts.ts';
import type { LocalPlaces } from '../local-places.ts';
import type { LocalWorld } from '../local-world.ts';
import { clearLeftDrafts, DRAFT } from './left-drafts.ts';

type Reading = Pick<ResourceContext, 'cluster' | 'read'>;
type Writing = Pick<ResourceContext, 'cluster' | 'mutate'>;

interface DirectoryShelfOptions {
  readonly world: Pick<LocalWorld, 'files' | 'disk' | 'random'>;
  readonly places: Pick<LocalPlaces, 'of'>;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** A file for each asset in the cluster's ground, by its digest: whole, or not there. The doors of its machines give it out. */
export class DirectoryShelf implements AssetShelf {
  readonly #world: DirectoryShelfOptions['world'];
  readonly #places: DirectoryShelfOptions['places'];

  constructor({ world, places }: DirectoryShelfOptions) {
    this.#world = world;
    this.#places = places;
  }

  async has(context: Reading, sha256: string): Promise<boolean> {
    const path = join(this.#shelfOf(context.cluster), checked(sha256));
    return looking(context, 'look for an asset', async () => (await this.#world.disk.size(path)) !== undefined);
  }

  async put(context: Writing, { sha256, path }: { readonly sha256: string; readonly path: string }): Promise<void> {
    const shelf = this.#shelfOf(context.cluster);
    const place = join(shelf, checked(sha256));
    const { files, disk, random } = this.#world;
    await doing(context, 'put an asset on the shelf', async (signal) => {
      if ((await disk.size(place)) !== undefined) return;
      await files.makeDirectory(shelf);
      const draft = join(shelf, `${DRAFT}${nonce(random)}`);
      try {
        await disk.copy(path, draft);
        await clearLeftDrafts(files, draft);
        // It was checked, and may have been changed since by whoever owns that file.
        if ((await disk.digest(draft, 'sha256', signal)) !== sha256) throw changedMeanwhile(path);
        await disk.rename(draft, place);
      } finally {
        await files.remove(draft).catch(() => undefined);
      }
    });
  }

  async remove(context: Writing, sha256: string): Promise<void> {
    const shelf = this.#shelfOf(context.cluster);
    const path = join(shelf, checked(sha256));
    const { files } = this.#world;
    await doing(context, 'take an asset off the shelf', async () => {
      await files.remove(path);
      await unlessAbsent(() => files.syncDirectory(shelf));
    });
  }

  #shelfOf(cluster: ClusterUid): string {
    return this.#places.of(cluster).assets;
  }
}

/** No other word may become a part of a path. */
function checked(sha256: string): string {
  assert(SHA256.test(sha256), 'A digest has 64 small hexadecimal digits.');
  return sha256;
}

function changedMeanwhile(path: string): CallError {
  const message = `${path} is not any more what it was when it was checked.`;
  return new CallError({ outcome: 'rejected', reason: 'invalid', message });
}
