import type { Authority } from '#pki/authority.ts';
import { issueLeaf } from '#pki/leaf.ts';
import { DAY_MS } from '#pki/life.ts';
import { KeyPair } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import { Secret } from '#std/secret.ts';

/** As whom somebody speaks to the API: PEM, both halves. */
export interface Credentials {
  readonly certificate: string;
  readonly key: Secret;
}

export interface CredentialsOrder {
  readonly user: string;
  readonly groups: readonly string[];
  readonly lifeMs: number;
  readonly nowMs: number;
  readonly random: Random;
}

/** Made on the spot and known to nobody else: what cannot be revoked has to end soon. */
export function issueCredentials(authority: Authority, order: CredentialsOrder): Credentials {
  const { user, groups, lifeMs, nowMs, random } = order;
  const key = KeyPair.make('p256', random);
  const certificate = issueLeaf(authority, {
    request: key,
    commonName: user,
    organizations: groups,
    dnsNames: [],
    addresses: [],
    usages: ['client'],
    nowMs,
    lifeDays: lifeMs / DAY_MS,
    random,
  });
  return { certificate, key: new Secret(key.pem) };
}

/** Whoever is of it may do everything, whatever rules say: for what this program does itself, never for a file. */
export const MASTERS = 'system:masters';
/** Whom a rule in the cluster allows everything: taking the rule back takes it from all of them. */
export const ADMINS = 'bootstrap:admins';
