import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import type { LocalSession } from '../local-session.ts';
import type { ImageEntry } from './image-cache.ts';
import { sourceOf } from './image-store.ts';

const Inputs = z.strictObject({
  system: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  /** One image: by its SHA-256, by its path, or by its address with its digest. Without it, the newest that its maker publishes. */
  id: z.string().optional(),
});

const Outputs = z.strictObject({
  imageId: z.string(),
  rootDevice: z.string(),
  /** Where the very same can be had again, when the cache was emptied. */
  source: z.string().optional(),
  isInCache: z.boolean(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * What machines start from, chosen once and then pinned, so that tomorrow's machines are like today's. What is ours is the
 * choice; the image is in the cache of the workstation, where others may have use for it when the choice goes.
 */
export const localImage = defineResource<Pick<LocalSession, 'images' | 'dismissed'>>()({
  kind: 'local.image',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['system', 'architecture', 'id'],
  replaceOrder: 'create-first',
  stableOutputs: ['imageId', 'rootDevice', 'source'],
  idOf: ({ imageId }) => imageId,

  async observe({ images, dismissed }, { cluster, instanceId, signal }, { last }) {
    if (last === undefined || dismissed.has(instanceId)) return ABSENT;
    const outputs = { ...last, isInCache: await images.has(last.imageId, signal) };
    return { state: 'present', outputs, owner: { cluster, instanceId }, condition: READY };
  },

  // The cache is not the cluster's and needs no lease; and a download may take longer than any request.
  create: async ({ images }, { signal }, inputs) => outputsOf(await images.ensure(inputs, signal)),

  /** Whoever emptied the cache gets the very same again, not what is newest by now. */
  async sync({ images }, { signal }, { system, architecture, id }, observed) {
    if (observed.isInCache) return observed;
    const again = observed.source ?? id ?? observed.imageId;
    const { id: imageId } = await images.ensure({ system, architecture, id: again }, signal);
    if (imageId !== observed.imageId) await images.ensure({ system, architecture, id: observed.imageId }, signal);
    return { ...observed, isInCache: true };
  },

  async destroy({ dismissed }, { instanceId }) {
    dismissed.add(instanceId);
  },
});

function outputsOf(entry: ImageEntry): Outputs {
  const source = sourceOf(entry);
  return {
    imageId: entry.id,
    rootDevice: entry.rootDevice,
    isInCache: true,
    ...(source === undefined ? {} : { source }),
  };
}
