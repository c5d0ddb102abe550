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
  /** Of a Secret, what it holds that need not be text: in base64. */
  readonly secretBytes?: Readonly<Record<string, Secret>> | undefined;
  /** The file that asks for it, when one does. */
  readonly file?: string | undefined;
}

/** Tells one wish from another; of secrets it knows the fingerprints. Where it is written down is no part of it. */
export function digestOf({ manifest, secrets, secretBytes }: WantedObject): string {
  return sha256Hex(canonicalJson({ manifest, secrets, secretBytes }));
}

/** In full, as the API is to have it. */
export function withSecrets({ manifest, secrets = {}, secretBytes = {} }: WantedObject): Manifest {
  const bytes = Object.entries(secretBytes).map(([name, secret]) => [name, secret.reveal()]);
  const texts = Object.entries(secrets).map(([name, secret]) => [
    name,
    Buffer.from(secret.reveal()).toString('base64'),
  ]);
  const held = [...bytes, ...texts];
  return held.length === 0 ? manifest : { ...manifest, data: Object.fromEntries(held) };
}

/** As people call it: `Deployment shop/web`. */
export function titleOf({ kind, metadata: { namespace, name } }: Manifest): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Two versions of one group show the same object. */
export function groupOf({ apiVersion }: Pick<Manifest, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
