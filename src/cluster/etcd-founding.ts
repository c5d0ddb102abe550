import { z } from 'zod';
import { defineResource } from '#engine/resource.ts';
import type { SecretSession } from './generated-secret.ts';
import { lookInState } from './state-alone.ts';

/** A node with a seat in etcd, and where the others find it. */
export const EtcdMember = z.strictObject({ node: z.string(), url: z.string() });
export type EtcdMember = Readonly<z.output<typeof EtcdMember>>;

const Members = z.array(EtcdMember).readonly();
const Inputs = z.strictObject({ members: Members });
const Outputs = z.strictObject({
  /** Tells those who found this etcd together from all others. */
  token: z.string(),
  founders: Members,
  /** As of now. */
  members: Members,
});

const TOKEN_BYTES = 16;

/**
 * Who founded the etcd of a cluster: it is done once, by all founders at the same moment. Whoever leaves is no founder any
 * more, also when a node of that name comes back. It lives in the state, and waits for no machine.
 */
export const etcdFounding = defineResource<SecretSession>()({
  kind: 'etcd.founding',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'token',
  replaceOn: [],
  replaceOrder: 'create-first',
  stableOutputs: ['token'],
  idOf: ({ token }) => token,

  async observe(session, context, { inputs: { members }, last }) {
    const urls = new Set(members.map(({ url }) => url));
    const founders = last?.founders.filter(({ url }) => urls.has(url)) ?? [];
    return lookInState(session, context, last && { token: last.token, founders, members });
  },

  async create({ random }, _context, { members }) {
    return { token: Buffer.from(random.bytes(TOKEN_BYTES)).toString('hex'), founders: members, members };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});
