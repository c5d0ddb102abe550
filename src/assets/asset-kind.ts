import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import type { AssetShelf } from '#host/asset-shelf.ts';
import { Asset } from '#host/protocol.ts';
import type { WantedAsset } from './asset-source.ts';

/** What a provider's session has for assets, and the program brings. */
export interface AssetSession {
  readonly assets: AssetShelf;
  /** The path of a file on this workstation that has the digest: it was looked at just now. */
  readonly fetchAsset: (wanted: WantedAsset, signal: AbortSignal) => Promise<string>;
}

const Inputs = z.strictObject({
  ...Asset.shape,
  /** Where it comes from, should it have to. What is on the shelf is the same whoever had it. */
  from: z.string(),
  /** As its lock calls it, for those who ask later what a digest was. Absent: it is this program's own. */
  version: z.string().optional(),
});

const Outputs = z.strictObject({ sha256: z.string() });

/** A file where the machines of a cluster find it, under its digest. It is fetched to this workstation first, and checked. */
export const asset = defineResource<AssetSession>()({
  kind: 'asset',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['sha256'],
  // Machines that are just starting still ask for the one before.
  replaceOrder: 'create-first',
  stableOutputs: ['sha256'],
  idOf: ({ sha256 }) => sha256,

  async observe({ assets }, context, { inputs, last }) {
    const { cluster, instanceId } = context;
    const { sha256 } = last ?? inputs;
    if (!(await assets.has(context, sha256))) return ABSENT;
    return { state: 'present', outputs: { sha256 }, owner: { cluster, instanceId }, condition: READY };
  },

  // Fetching changes nothing of the cluster and needs no lease; and it may take longer than any request.
  async create({ assets, fetchAsset }, context, { name, sha256, from }) {
    const path = await fetchAsset({ name, sha256, from }, context.signal);
    await assets.put(context, { sha256, path });
    return { sha256 };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ assets }, context, { sha256 }) {
    await assets.remove(context, sha256);
  },
});
