import { assert } from '#std/assert.ts';
import {
  bitString,
  explicitly,
  implicitly,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  time,
  yes,
} from '#std/der.ts';
import { sha256 } from '#std/hash.ts';
import { type KeyPair, publicBits, signatureAlgorithm } from '#std/key-pair.ts';
import { toPem } from './pem.ts';

export interface CertificateText {
  readonly serial: Uint8Array;
  /** Names in DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

const VERSION_3 = explicitly(0, integer(Buffer.from([2])));

/** RFC 5280: what is said, and who says so. */
export function signCertificate(text: CertificateText, key: KeyPair): string {
  const algorithm = signatureAlgorithm(key.algorithm);
  const said = sequence(
    VERSION_3,
    integer(text.serial),
    algorithm,
    text.issuer,
    sequence(time(text.notBeforeMs), time(text.notAfterMs)),
    text.subject,
    text.publicKey,
    explicitly(3, sequence(...text.extensions)),
  );
  return toPem('CERTIFICATE', sequence(said, algorithm, bitString(key.sign(said))));
}

const ID = {
  subjectKey: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKey: '2.5.29.35',
  extendedUsage: '2.5.29.37',
} as const;

/** It signs leaves, and no further authority. */
export function authorityUsage(): readonly Uint8Array[] {
  const noFurther = integer(Buffer.alloc(1));
  const signsCertificatesAndLists = bitString(Buffer.from([0b0000_0110]), 1);
  return [
    extension(ID.basicConstraints, sequence(yes(), noFurther), 'critical'),
    extension(ID.keyUsage, signsCertificatesAndLists, 'critical'),
  ];
}

export type Usage = 'server' | 'client';

const USAGES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

export function leafUsage(usages: readonly Usage[]): readonly Uint8Array[] {
  const signs = bitString(Buffer.from([0b1000_0000]), 7);
  return [
    extension(ID.basicConstraints, sequence(), 'critical'),
    extension(ID.keyUsage, signs, 'critical'),
    extension(ID.extendedUsage, sequence(...usages.map((usage) => objectIdentifier(USAGES[usage])))),
  ];
}

export function subjectKey(publicKey: Uint8Array): Uint8Array {
  return extension(ID.subjectKey, octetString(keyIdentifier(publicKey)));
}

export function authorityKey(publicKey: Uint8Array): Uint8Array {
  return extension(ID.authorityKey, sequence(implicitly(0, keyIdentifier(publicKey))));
}

const DNS_NAME = 2;
const ADDRESS = 7;

export interface SubjectNames {
  readonly dnsNames: readonly string[];
  /** IPv4. */
  readonly addresses: readonly string[];
}

export function subjectNames({ dnsNames, addresses }: SubjectNames): readonly Uint8Array[] {
  const names = [
    ...dnsNames.map((name) => implicitly(DNS_NAME, dnsName(name))),
    ...addresses.map((address) => implicitly(ADDRESS, addressBytes(address))),
  ];
  return names.length === 0 ? [] : [extension(ID.subjectNames, sequence(...names))];
}

export const DNS_NAME_FORM = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

function dnsName(name: string): Uint8Array {
  assert(DNS_NAME_FORM.test(name), 'a name in a certificate is a DNS name in lower case');
  return Buffer.from(name);
}

function addressBytes(address: string): Uint8Array {
  const bytes = address.split('.').map(Number);
  assert(bytes.length === 4 && bytes.join('.') === address, 'an address in a certificate is one of IPv4');
  assert(
    bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255),
    'an address in a certificate is one of IPv4',
  );
  return Buffer.from(bytes);
}

const KEY_IDENTIFIER_BYTES = 20;

/** RFC 7093, method 1. */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  return sha256(publicBits(publicKey)).subarray(0, KEY_IDENTIFIER_BYTES);
}

function extension(id: string, value: Uint8Array, critical?: 'critical'): Uint8Array {
  return sequence(objectIdentifier(id), ...(critical === undefined ? [] : [yes()]), octetString(value));
}
