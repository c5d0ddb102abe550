import { type KeyAlgorithm, KeyPair } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import { Secret } from '#std/secret.ts';
import { authorityUsage, signCertificate, subjectKey } from './certificate-text.ts';
import { DAY_MS, drawSerial, SKEW_MS } from './life.ts';
import { distinguishedName } from './names.ts';

/** Whose word is believed: PEM, both halves. */
export interface Authority {
  readonly certificate: string;
  readonly key: Secret;
}

export interface AuthorityOrder {
  readonly name: string;
  readonly random: Random;
  readonly nowMs: number;
  readonly lifeDays: number;
  /** @default 'p256' */
  readonly algorithm?: KeyAlgorithm | undefined;
}

export function makeAuthority({ name, random, nowMs, lifeDays, algorithm = 'p256' }: AuthorityOrder): Authority {
  const key = KeyPair.make(algorithm, random);
  const self = distinguishedName({ commonName: name });
  const { publicKey } = key;
  const certificate = signCertificate(
    {
      serial: drawSerial(random),
      issuer: self,
      subject: self,
      notBeforeMs: nowMs - SKEW_MS,
      notAfterMs: nowMs + lifeDays * DAY_MS,
      publicKey,
      extensions: [...authorityUsage(), subjectKey(publicKey)],
    },
    key,
  );
  return { certificate, key: new Secret(key.pem) };
}
