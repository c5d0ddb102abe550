import { z } from 'zod';
import { defineResource } from '#engine/resource.ts';
import type { Random } from '#std/random.ts';
import { Secret } from '#std/secret.ts';
import { lookInState, type StateAloneSession } from './state-alone.ts';

export interface SecretSession extends StateAloneSession {
  readonly random: Random;
}

const Inputs = z.strictObject({ bytes: z.int().min(16).max(64), purpose: z.string() });
const Outputs = z.strictObject({ value: z.instanceof(Secret) });

/** A secret that the cluster makes for itself. It lives in the sealed state and nowhere else. */
export const generatedSecret = defineResource<SecretSession>()({
  kind: 'secret',
  inputs: Inputs,
  outputs: Outputs,
  // Until its value is in the state, no one has used it: making another is harmless.
  identity: 'token',
  replaceOn: ['bytes'],
  replaceOrder: 'create-first',
  stableOutputs: ['value'],
  idOf: ({ value }) => value.fingerprint,

  async observe(session, context, { last }) {
    return lookInState(session, context, last);
  },

  async create({ random }, _context, { bytes }) {
    return { value: new Secret(Buffer.from(random.bytes(bytes)).toString('base64')) };
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});
