import { z } from 'zod';
import { defineResource } from '#engine/resource.ts';
import { EtcdMember } from './etcd-founding.ts';
import { lookInState, type StateAloneSession } from './state-alone.ts';

const FounderInputs = z.strictObject({ node: z.string(), box: z.string() });
const FounderOutputs = z.strictObject({ box: z.string() });

/** The first machine that a node was: the only one that can have been there at the founding. It lives in the state. */
export const etcdFounder = defineResource<StateAloneSession>()({
  kind: 'etcd.founder',
  inputs: FounderInputs,
  outputs: FounderOutputs,
  identity: 'token',
  replaceOn: ['node'],
  replaceOrder: 'create-first',
  stableOutputs: ['box'],
  idOf: ({ box }) => box,

  async observe(session, context, { last }) {
    return lookInState(session, context, last);
  },

  async create(_session, _context, { box }) {
    return { box };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

const SeatInputs = z.strictObject({
  node: z.string(),
  /** Of the machine that takes the seat. */
  box: z.string(),
  /** The first machine that the node was. */
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
 * | the machine is                      | so it      | with              |
 * |-------------------------------------|------------|-------------------|
 * | the first of a node that founds     | founds     | all other founders |
 * | the first of a node that came later | joins      | all members of now |
 * | a later one                         | joins      | all members of now |
 *
 * A seat is one machine's, and says the same for as long as that lives. It lives in the state.
 */
export const etcdSeat = defineResource<StateAloneSession>()({
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

  async create(_session, _context, inputs) {
    const { token, founders, members } = inputs;
    return isFounding(inputs)
      ? { state: 'new' as const, token, peers: asEtcdReads(founders) }
      : { state: 'existing' as const, token, peers: asEtcdReads(members) };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});

function isFounding({ node, box, founder, founders }: SeatInputs): boolean {
  return box === founder && founders.some((one) => one.node === node);
}

function asEtcdReads(members: SeatInputs['members']): string {
  return members.map(({ node, url }) => `${node}=${url}`).join(',');
}
