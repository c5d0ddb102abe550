import { assert } from '#std/assert.ts';
import { type CertificateFacts, readCertificate } from '#std/certificate.ts';
import { readDer } from '#std/der.ts';
import { KeyPair } from '#std/key-pair.ts';
import type { Random } from '#std/random.ts';
import type { Authority } from './authority.ts';
import {
  authorityKey,
  leafUsage,
  signCertificate,
  subjectKey,
  type SubjectNames,
  subjectNames,
  type Usage,
} from './certificate-text.ts';
import { DAY_MS, drawSerial, SKEW_MS } from './life.ts';
import { distinguishedName } from './names.ts';
import type { CertificateRequest } from './request.ts';

export interface LeafOrder extends SubjectNames {
  /** Of a request only the key counts: who its holder is to be, the caller says. */
  readonly request: Pick<CertificateRequest, 'publicKey'>;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly usages: readonly Usage[];
  readonly nowMs: number;
  /** It ends with its authority at the latest. */
  readonly lifeDays: number;
  readonly random: Random;
}

/** A certificate in PEM. */
export function issueLeaf(authority: Authority, order: LeafOrder): string {
  const { nowMs, request, usages } = order;
  const issuer = certificateFacts(authority.certificate);
  const key = KeyPair.read(authority.key.reveal());
  assert(Buffer.from(key.publicKey).equals(issuer.publicKey), 'an authority signs with the key of its certificate');
  assert(issuer.isAuthority && issuer.notAfterMs > nowMs, 'only an authority that is valid signs');
  return signCertificate(
    {
      serial: drawSerial(order.random),
      issuer: subjectOf(issuer),
      subject: distinguishedName(order),
      notBeforeMs: nowMs - SKEW_MS,
      notAfterMs: Math.min(nowMs + order.lifeDays * DAY_MS, issuer.notAfterMs),
      publicKey: request.publicKey,
      extensions: [
        ...leafUsage(usages),
        subjectKey(request.publicKey),
        authorityKey(issuer.publicKey),
        ...subjectNames(order),
      ],
    },
    key,
  );
}

/** Of a certificate of ours. */
export function certificateFacts(pem: string): CertificateFacts {
  const facts = readCertificate(pem);
  assert(facts !== undefined, 'what we keep as a certificate is one');
  return facts;
}

const SUBJECT_AT = 5;

/** Byte by byte as the authority spells itself: names are compared like that along the chain. */
function subjectOf({ whole }: CertificateFacts): Uint8Array {
  const said = readDer(readDer(whole)?.[0]?.content ?? whole)?.[0];
  const subject = readDer(said?.content ?? whole)?.[SUBJECT_AT];
  assert(subject !== undefined, 'a certificate has a subject');
  return subject.whole;
}
