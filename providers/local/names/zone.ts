import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { doing, looking } from '../acts.ts';
import type { LocalSession } from '../local-session.ts';
import { claim, markOf, release } from '../marks.ts';

/** The names of the cluster: a directory with a file for each, which the switch answers from. */
export const localZone = defineResource<LocalSession>()({
  kind: 'local.zone',
  inputs: z.strictObject({ domain: z.string() }),
  outputs: z.strictObject({ zoneId: z.string() }),
  identity: 'name',
  replaceOn: ['domain'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['zoneId'],
  idOf: ({ zoneId }) => zoneId,

  observe: ({ world, places }, context, { inputs }) =>
    looking(context, 'look at the zone', async () => {
      const owner = await markOf(world, places.of(context.cluster).names);
      if (owner === undefined) return ABSENT;
      return { state: 'present', outputs: { zoneId: inputs.domain }, owner, condition: READY };
    }),

  create: ({ world, places }, context, { domain }) =>
    doing(context, 'make the zone', async () => {
      await claim(world, places.of(context.cluster).names, context);
      return { zoneId: domain };
    }),

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ world, places }, context) {
    await doing(context, 'remove the zone', () => release(world, places.of(context.cluster).names));
  },
});
