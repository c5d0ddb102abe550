import { z } from 'zod';
import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Hex } from '#std/hash.ts';
import type { Secret } from '#std/secret.ts';

const Words = z.record(z.string(), z.string());

/** An object as it is wanted. What it does not say is left to whoever says it. */
export const Manifest = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().min(1).optional(),
    labels: Words.optional(),
    annotations: Words.optional(),
  }),
});
export type Manifest = z.output<typeof Manifest>;

export interface WantedObject {
  readonly manifest: Manifest;
  /** Of a Secret, what it holds. */
  readonly secrets?: Readonly<Record<string, Secret>> | undefined;
}

/** Tells one wish from another; of secrets it knows the fingerprints. */
export function digestOf({ manifest, secrets }: WantedObject): string {
  return sha256Hex(canonicalJson({ manifest, secrets }));
}

/** In full, as the API is to have it. */
export function withSecrets({ manifest, secrets = {} }: WantedObject): Manifest {
  const held = Object.entries(secrets).map(([name, secret]) => [name, Buffer.from(secret.reveal()).toString('base64')]);
  return held.length === 0 ? manifest : { ...manifest, data: Object.fromEntries(held) };
}
