import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { doing, looking } from '../acts.ts';
import type { LocalSession } from '../local-session.ts';
import { claim, markOf, release } from '../marks.ts';

const Outputs = z.strictObject({ path: z.string() });

/** The directory of the cluster, with its state and its mailboxes: what a bucket is elsewhere. It goes last, with all in it. */
export const localGround = defineResource<LocalSession>()({
  kind: 'local.ground',
  inputs: z.strictObject({}),
  outputs: Outputs,
  identity: 'name',
  replaceOn: [],
  replaceOrder: 'destroy-first',
  stableOutputs: ['path'],
  idOf: ({ path }) => path,

  observe: ({ world, places }, context) =>
    looking(context, 'look at the directory of the cluster', async () => {
      const { ground } = places.of(context.cluster);
      const owner = await markOf(world, ground);
      return owner === undefined ? ABSENT : { state: 'present', outputs: { path: ground }, owner, condition: READY };
    }),

  create: ({ world, places }, context) =>
    doing(context, 'make the directory of the cluster', async () => {
      const { ground, mailboxes } = places.of(context.cluster);
      await claim(world, ground, context);
      await world.files.makeDirectory(mailboxes);
      return { path: ground };
    }),

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ world, places }, context) {
    const { ground, sockets, lostLogs, addresses, machines } = places.of(context.cluster);
    await doing(context, 'remove the directory of the cluster', async () => {
      for (const path of [sockets, lostLogs]) await world.disk.removeTree(path);
      // Should a machine be left after all, it stays to be seen.
      for (const path of [addresses, machines]) await world.files.removeDirectory(path);
      await release(world, ground);
    });
  },
});
