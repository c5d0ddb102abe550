import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { KeyFile } from '#state/key-file.ts';
import { doing, looking } from '../acts.ts';
import type { LocalSession } from '../local-session.ts';
import { claim, markOf, release } from '../marks.ts';

const Outputs = z.strictObject({ id: z.string() });

/** The key that wraps the key that seals the state: a file that only its owner can read. */
export const localStateKey = defineResource<LocalSession>()({
  kind: 'local.state-key',
  inputs: z.strictObject({}),
  outputs: Outputs,
  identity: 'name',
  replaceOn: [],
  replaceOrder: 'destroy-first',
  stableOutputs: ['id'],
  idOf: ({ id }) => id,

  observe: ({ world, places }, context) =>
    looking(context, 'look at the key', async () => {
      const { root, file } = places.of(context.cluster).stateKey;
      const owner = await markOf(world, root);
      if (owner === undefined || (await world.disk.size(file)) === undefined) return ABSENT;
      return { state: 'present', outputs: { id: file }, owner, condition: READY };
    }),

  create: ({ world, places }, context) =>
    doing(context, 'make the key of the state', async () => {
      const { root, file } = places.of(context.cluster).stateKey;
      await claim(world, root, context);
      await new KeyFile({ path: file, files: world.files, random: world.random }).create(context.cluster);
      return { id: file };
    }),

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ world, places }, context) {
    const { root, stateKey } = places.of(context.cluster);
    await doing(context, 'remove the key of the state', async () => {
      await release(world, stateKey.root);
      // The last of all that was the cluster's.
      await world.files.removeDirectory(root);
    });
  },
});
