import { type DerValue, integer, readDer, TAG } from '#std/der.ts';
import { algorithmOfKey, hasSigned, signatureAlgorithm } from '#std/key-pair.ts';
import { fromPem } from './pem.ts';

/** What a request proves: that its maker, who goes by this name, holds the private half of this key. */
export interface CertificateRequest {
  /** Who asks; it names nobody in the certificate that answers. */
  readonly commonName: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
}

/** `refused` ends the sentence "The certificate request …". */
export type RequestReading = { readonly request: CertificateRequest } | { readonly refused: string };

const PEM_LENGTH_MAX = 4_000;

/** Reads a PKCS#10 request that asks for a certificate and for nothing in it: no second name, no attribute, no extension. */
export function readRequest(pem: string): RequestReading {
  if (pem.length > PEM_LENGTH_MAX) return { refused: 'is too long' };
  const bytes = fromPem('CERTIFICATE REQUEST', pem);
  if (bytes === undefined) return { refused: 'is not one in PEM' };
  const parts = readParts(bytes);
  if (parts === undefined) return { refused: 'is not written as RFC 2986 says' };
  const commonName = readCommonName(parts.subject);
  if (commonName === undefined) return { refused: 'has a subject that is not one common name' };
  if (parts.attributes.length > 0) return { refused: 'asks for attributes or extensions' };
  const { publicKey } = parts;
  const algorithm = algorithmOfKey(publicKey);
  if (algorithm === undefined) return { refused: 'has a key that is neither P-256 nor Ed25519' };
  const isUsual = signatureAlgorithm(algorithm).equals(parts.signatureAlgorithm);
  if (!isUsual || !hasSigned(publicKey, parts.signed, parts.signature))
    return { refused: 'is not signed with its own key' };
  return { request: { commonName, publicKey } };
}

interface Parts {
  readonly signed: Uint8Array;
  readonly subject: DerValue;
  readonly publicKey: Uint8Array;
  readonly attributes: Uint8Array;
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

const VERSION = integer(Buffer.alloc(1));
const ATTRIBUTES = 0xa0;
const OUTSIDE = [TAG.sequence, TAG.sequence, TAG.bitString];
const INFO = [TAG.integer, TAG.sequence, TAG.sequence, ATTRIBUTES];
/** Its last byte is whole. */
const NO_UNUSED_BITS = 0;

function readParts(bytes: Uint8Array): Parts | undefined {
  const [info, algorithm, signature] = inside(readAlone(bytes), OUTSIDE) ?? [];
  if (info === undefined || algorithm === undefined || signature === undefined) return undefined;
  const [version, subject, publicKey, attributes] = inside(info, INFO) ?? [];
  if (version === undefined || subject === undefined || publicKey === undefined || attributes === undefined)
    return undefined;
  if (!VERSION.equals(version.whole) || signature.content[0] !== NO_UNUSED_BITS) return undefined;
  return {
    signed: info.whole,
    subject,
    publicKey: publicKey.whole,
    attributes: attributes.content,
    signatureAlgorithm: algorithm.whole,
    signature: signature.content.subarray(1),
  };
}

const COMMON_NAME_TYPE = Buffer.from('0603550403', 'hex');
/** What boxes are named with: all kinds of text spell it with the same bytes. */
const PLAIN = /^[A-Za-z0-9._-]{1,64}$/;

function readCommonName(subject: DerValue): string | undefined {
  const [part] = inside(subject, [TAG.set]) ?? [];
  const [attribute] = inside(part, [TAG.sequence]) ?? [];
  const [type, value] =
    inside(attribute, [TAG.objectIdentifier, TAG.utf8String]) ??
    inside(attribute, [TAG.objectIdentifier, TAG.printableString]) ??
    [];
  if (type === undefined || value === undefined || !COMMON_NAME_TYPE.equals(type.whole)) return undefined;
  const text = Buffer.from(value.content).toString('latin1');
  return PLAIN.test(text) ? text : undefined;
}

function readAlone(bytes: Uint8Array): DerValue | undefined {
  const [value, ...more] = readDer(bytes) ?? [];
  return value?.tag === TAG.sequence && more.length === 0 ? value : undefined;
}

/** The values in another one, if they are of exactly these kinds. */
function inside(value: DerValue | undefined, tags: readonly number[]): readonly DerValue[] | undefined {
  const values = value === undefined ? undefined : readDer(value.content);
  return values?.length === tags.length && values.every(({ tag }, index) => tag === tags[index]) ? values : undefined;
}
