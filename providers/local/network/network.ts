import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { doing, looking } from '../acts.ts';
import { parseRange, switchAddress } from '../ipv4.ts';
import type { LocalSession } from '../local-session.ts';
import { claim, markOf, release } from '../marks.ts';
import { startSegment, switchOf } from './segment.ts';

const Inputs = z.strictObject({
  region: z.string(),
  cidr: z.string(),
  /** The names in it are the switch's own to tell. */
  domain: z.string(),
});
export type NetworkInputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  networkId: z.string(),
  /** Where machines plug in. */
  socket: z.string(),
  prefix: z.int(),
  nameServer: z.string(),
  isRunning: z.boolean(),
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * What the machines of a region have between them: a switch for their frames, which is a process of its own. When that
 * has ended, as after a restart of the workstation, it is started again, and the machines plug in again by themselves.
 */
export const localNetwork = defineResource<LocalSession>()({
  kind: 'local.network',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['region', 'cidr', 'domain'],
  replaceOrder: 'destroy-first',
  stableOutputs: ['networkId', 'socket', 'prefix', 'nameServer'],
  idOf: ({ networkId }) => networkId,

  observe: (session, context, { inputs }) =>
    looking(context, 'look at the switch', async () => {
      const { network } = session.places.of(context.cluster);
      const owner = await markOf(session.world, network);
      if (owner === undefined) return ABSENT;
      const isRunning = (await switchOf(session, context).find()) !== undefined;
      return { state: 'present', outputs: outputsOf(session, context, inputs, isRunning), owner, condition: READY };
    }),

  create: (session, context, inputs) =>
    doing(context, 'make the network', async () => {
      await claim(session.world, session.places.of(context.cluster).network, context);
      await startSegment(session, context, inputs);
      return outputsOf(session, context, inputs, true);
    }),

  async sync(session, context, inputs, observed) {
    if (observed.isRunning) return observed;
    await doing(context, 'start the switch', () => startSegment(session, context, inputs));
    return { ...observed, isRunning: true };
  },

  async destroy(session, context) {
    await doing(context, 'end the switch', async () => {
      await switchOf(session, context).stop();
      await release(session.world, session.places.of(context.cluster).network);
    });
  },
});

type Context = Parameters<typeof switchOf>[1];

function outputsOf(
  { places }: LocalSession,
  { cluster }: Context,
  { region, cidr }: NetworkInputs,
  isRunning: boolean,
): Outputs {
  return {
    networkId: `${region} ${cluster}`,
    socket: places.of(cluster).segmentSocket,
    prefix: parseRange(cidr).prefix,
    nameServer: switchAddress(cidr),
    isRunning,
  };
}
