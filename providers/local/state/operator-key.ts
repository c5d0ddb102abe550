import { z } from 'zod';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import { sha256Hex } from '#std/hash.ts';
import type { LocalSession } from '../local-session.ts';

/** The public half of a key that opens SSH on new machines. Here it is nothing but itself: machines find it in their seed. */
export const localKey = defineResource<LocalSession>()({
  kind: 'local.key',
  inputs: z.strictObject({ publicKey: z.string() }),
  outputs: z.strictObject({ name: z.string(), publicKey: z.string() }),
  identity: 'name',
  replaceOn: ['publicKey'],
  replaceOrder: 'create-first',
  stableOutputs: ['name', 'publicKey'],
  idOf: ({ name }) => name,

  async observe({ dismissed }, { cluster, instanceId }, { last }) {
    if (last === undefined || dismissed.has(instanceId)) return ABSENT;
    return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
  },

  async create(_session, _context, { publicKey }) {
    return { name: `key-${sha256Hex(publicKey).slice(0, 8)}`, publicKey };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ dismissed }, { instanceId }) {
    dismissed.add(instanceId);
  },
});
