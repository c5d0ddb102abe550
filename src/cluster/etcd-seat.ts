import { z } from 'zod';
import { defineResource, type ResourceContext } from '#engine/resource.ts';
import { isReadyMember } from '#host/leave.ts';
import type { PeerSession } from '#host/peer.ts';
import { EtcdMember } from './etcd-founding.ts';
import { lookInState, type StateAloneSession } from './state-alone.ts';

const FounderInputs = z.strictObject({
  node: z.string(),
  /** Of its machine of now. */
  box: z.string(),
  founders: z.array(EtcdMember).readonly(),
});
type FounderInputs = Readonly<z.output<typeof FounderInputs>>;
const FounderOutputs = z.strictObject({
  box: z.string(),
  /** A founder has been ready: from then on there is something to lose. */
  isOver: z.boolean(),
});
type FounderOutputs = Readonly<z.output<typeof FounderOutputs>>;

/**
 * The machine that founds for a node: its first, or a later one as long as no founder has been ready. After that whoever
 * comes joins, for a founder with an empty memory could vote against what the one before it has agreed to. Should too many
 * die while they found, their successors end it in this way. It lives in the state.
 */
export const etcdFounder = defineResource<StateAloneSession & PeerSession>()({
  kind: 'etcd.founder',
  inputs: FounderInputs,
  outputs: FounderOutputs,
  identity: 'token',
  replaceOn: ['node'],
  replaceOrder: 'create-first',
  stableOutputs: [],
  idOf: ({ box }) => box,

  async observe(session, context, { inputs, last }) {
    return lookInState(session, context, last && (await founderNow(session, context, { inputs, last })));
  },

  async create(_session, _context, { box }) {
    return { box, isOver: false };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

interface Founding {
  readonly inputs: FounderInputs;
  readonly last: FounderOutputs;
}

/** Asked only when the machine is another one: whether the one before it, or that of another founder, is or was a node. */
async function founderNow(
  { mailbox, peers }: PeerSession,
  context: ResourceContext,
  { inputs: { box, founders }, last }: Founding,
): Promise<FounderOutputs> {
  if (last.isOver || last.box === box) return last;
  const over = { ...last, isOver: true };
  // Whose letters are gone was taken off the board before.
  if (await peers.hasRetired(context)) return over;
  if (isReadyMember((await mailbox.look(context, last.box)).letters)) return over;
  for (const { node } of founders) {
    const known = await peers.find(context, node);
    if (known !== undefined && isReadyMember((await mailbox.look(context, known.box)).letters)) return over;
  }
  return { box, isOver: false };
}

const SeatInputs = z.strictObject({
  node: z.string(),
  /** Of the machine that takes the seat. */
  box: z.string(),
  /** The machine that founds for the node. */
  founder: z.string(),
  token: z.string(),
  founders: z.array(EtcdMember).readonly(),
  members: z.array(EtcdMember).readonly(),
});
type SeatInputs = Readonly<z.output<typeof SeatInputs>>;

const SeatOutputs = z.strictObject({
  /** Whether the machine founds etcd with the others, or joins the one that is there. */
  state: z.enum(['new', 'existing']),
  token: z.string(),
  /** As etcd reads them: all founders, or whom to ask. */
  peers: z.string(),
});

/**
 * | the machine is                          | so it      | with              |
 * |-----------------------------------------|------------|-------------------|
 * | the founder of a node that founds       | founds     | all other founders |
 * | of a node that came later               | joins      | all members of now |
 * | a later one than the founder            | joins      | all members of now |
 *
 * A seat is one machine's, and says the same for as long as that lives. It lives in the state; who sits with it all read
 * on the board.
 */
export const etcdSeat = defineResource<StateAloneSession & PeerSession>()({
  kind: 'etcd.seat',
  inputs: SeatInputs,
  outputs: SeatOutputs,
  identity: 'token',
  replaceOn: ['node', 'box'],
  replaceOrder: 'create-first',
  stableOutputs: ['state', 'token', 'peers'],
  idOf: ({ state, peers }) => `${state} ${peers}`,

  async observe(session, context, { last }) {
    return lookInState(session, context, last);
  },

  async create({ peers }, context, inputs) {
    const { token, founders, members } = inputs;
    await peers.setSeats(context, nodesOf(members));
    return isFounding(inputs)
      ? { state: 'new' as const, token, peers: asEtcdReads(founders) }
      : { state: 'existing' as const, token, peers: asEtcdReads(members) };
  },

  async sync({ peers }, context, { members }, observed) {
    await peers.setSeats(context, nodesOf(members));
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

function isFounding({ node, box, founder, founders }: SeatInputs): boolean {
  return box === founder && founders.some((one) => one.node === node);
}

function nodesOf(members: SeatInputs['members']): readonly string[] {
  return members.map(({ node }) => node);
}

function asEtcdReads(members: SeatInputs['members']): string {
  return members.map(({ node, url }) => `${node}=${url}`).join(',');
}
