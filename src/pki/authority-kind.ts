import { z } from 'zod';
import type { InstanceId } from '#engine/address.ts';
import { ABSENT, defineResource, READY } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import type { KeyAlgorithm } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import { Secret } from '#std/secret.ts';
import { makeAuthority } from './authority.ts';
import { certificateFacts } from './leaf.ts';

export interface AuthoritySession {
  readonly random: Random;
  readonly clock: Pick<Clock, 'wallMs'>;
  /** What authorities sign with. @default 'p256' */
  readonly algorithm?: KeyAlgorithm | undefined;
  /** What lived in the state alone and this process has destroyed: nobody else could tell. */
  readonly forgotten: Set<InstanceId>;
}

const Inputs = z.strictObject({
  /** What it signs as. */
  name: z.string().min(1).max(64),
  /** Of one that is made from now on: those who believe an authority are not told of another by changing this. */
  lifeDays: z.int().min(1).max(10_000),
});

const Outputs = z.strictObject({ certificate: z.string(), key: z.instanceof(Secret) });

/** Whose certificates the machines of a cluster believe, for one purpose. It lives in the sealed state and nowhere else. */
export const authority = defineResource<AuthoritySession>()({
  kind: 'authority',
  inputs: Inputs,
  outputs: Outputs,
  // Until it is in the state, it has signed nothing: making another is harmless.
  identity: 'token',
  replaceOn: ['name'],
  replaceOrder: 'create-first',
  stableOutputs: ['certificate', 'key'],
  idOf: ({ certificate }) => certificateFacts(certificate).fingerprint.slice(0, 16),

  async observe({ forgotten }, { cluster, instanceId }, { last }) {
    if (last === undefined || forgotten.has(instanceId)) return ABSENT;
    return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
  },

  async create({ random, clock, algorithm }, _context, { name, lifeDays }) {
    return makeAuthority({ name, lifeDays, random, algorithm, nowMs: clock.wallMs() });
  },

  async sync(_session, _context, _inputs, observed) {
    return observed;
  },

  async destroy({ forgotten }, { instanceId }) {
    forgotten.add(instanceId);
  },
});
