import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fromPem, toPem } from '#pki/pem.ts';
import { readRequest } from '#pki/request.ts';
import { bitString, der, explicitly, integer, objectIdentifier, readDer, sequence, TAG, utf8String } from '#std/der.ts';
import { KeyPair, signatureAlgorithm } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';
import { OpensslDesk } from './support/openssl-desk.ts';

const desk = new OpensslDesk();
afterAll(() => desk[Symbol.dispose]());

const BOX = `${'a2b3'.repeat(13)}-0`;
const key = desk.key();
const good = desk.request(`/CN=${BOX}`, { key });

function refusalOf(pem: string): string {
  const reading = readRequest(pem);
  return 'refused' in reading ? reading.refused : 'accepted';
}

function bytesOf(pem: string): Buffer {
  return Buffer.from(fromPem('CERTIFICATE REQUEST', pem) ?? []);
}

function pemOf(bytes: Uint8Array): string {
  return toPem('CERTIFICATE REQUEST', bytes);
}

describe('a request that openssl makes', () => {
  const config = desk.file('[req]\nstring_mask = default\ndistinguished_name = dn\n[dn]\n');

  test.each([
    ['with a P-256 key', good, key],
    [
      'with the name spelled as PrintableString',
      desk.request(`/CN=${BOX}`, { key, options: ['-config', config] }),
      key,
    ],
  ])('%s is read: who asks, and with which key', (_what, pem, privateKey) => {
    const publicKey = desk.run('pkey', '-in', desk.file(privateKey), '-pubout');
    const expected = Buffer.from(publicKey.replaceAll(/-----[^\n]*|\n/g, ''), 'base64');
    expect(readRequest(pem)).toEqual({ request: { commonName: BOX, publicKey: expected } });
  });

  test('with an Ed25519 key is read as well', () => {
    expect(readRequest(desk.request('/CN=box-1', { key: desk.key('ED25519') }))).toMatchObject({
      request: { commonName: 'box-1' },
    });
  });

  test('may have come through a system that ends lines in another way', () => {
    expect(refusalOf(good.replaceAll('\n', '\r\n'))).toBe('accepted');
    expect(refusalOf(`\n${good}\n`)).toBe('accepted');
  });
});

describe('a request that wants more than a certificate for its box', () => {
  const asking = (extension: string) => desk.request(`/CN=${BOX}`, { key, options: ['-addext', extension] });
  const password = desk.file(
    '[req]\nprompt = no\ndistinguished_name = dn\nattributes = more\n[dn]\nCN = box\n[more]\nchallengePassword = open sesame\n',
  );

  test.each([
    ['for the group of administrators', desk.request(`/O=system:masters/CN=${BOX}`, { key })],
    ['for the group, behind the name', desk.request(`/CN=${BOX}/O=system:masters`, { key })],
    ['with two names', desk.request(`/CN=${BOX}/CN=kubernetes-admin`, { key })],
    ['with two names in one part', desk.request(`/CN=${BOX}+O=system:masters`, { key, options: ['-multivalue-rdn'] })],
    ['for a group alone', desk.request('/O=system:masters', { key })],
    ['without a name', desk.request('/', { key })],
  ])('%s is refused', (_what, pem) => {
    expect(refusalOf(pem)).toBe('has a subject that is not one common name');
  });

  test.each([
    ['further names', asking('subjectAltName=DNS:kubernetes.default,IP:10.0.0.1')],
    ['to be an authority', asking('basicConstraints=critical,CA:TRUE')],
    ['another use', asking('extendedKeyUsage=codeSigning')],
    ['an attribute', desk.run('req', '-new', '-key', desk.file(key), '-config', password)],
  ])('that asks for %s is refused', (_what, pem) => {
    expect(refusalOf(pem)).toBe('asks for attributes or extensions');
  });

  test.each([
    ['a separator', `${BOX}/CN=x`],
    ['a space', 'box 1'],
    ['a wildcard', '*'],
    ['a colon', 'system:masters'],
    ['a NUL', 'box\u0000evil'],
    ['a letter that only looks like one of ours', 'bоx-0'],
    ['nothing', ''],
    ['65 characters', 'a'.repeat(65)],
  ])('whose name holds %s is refused', (_what, name) => {
    expect(refusalOf(requestNaming(utf8String(name)))).toBe('has a subject that is not one common name');
  });

  test('whose name is in a kind of text that others read otherwise is refused', () => {
    const BMP_STRING = 0x1e;
    const TELETEX_STRING = 0x14;
    for (const tag of [BMP_STRING, TELETEX_STRING]) {
      const pem = requestNaming(der(tag, Buffer.from(BOX)));
      expect(refusalOf(pem)).toBe('has a subject that is not one common name');
    }
  });
});

describe('a request with a key that is not what we take', () => {
  test.each([
    ['RSA', () => desk.key('RSA', 'rsa_keygen_bits:2048')],
    ['P-384', () => desk.key('EC', 'ec_paramgen_curve:P-384')],
    ['secp256k1', () => desk.key('EC', 'ec_paramgen_curve:secp256k1')],
    ['the curve of P-256 spelled out', () => desk.key('EC', 'ec_paramgen_curve:P-256', 'ec_param_enc:explicit')],
  ])('%s is refused', (_what, makeKey) => {
    expect(refusalOf(desk.request(`/CN=${BOX}`, { key: makeKey() }))).toBe(
      'has a key that is neither P-256 nor Ed25519',
    );
  });

  test('a point that is not on the curve is refused', () => {
    const pair = KeyPair.make('p256', new SystemRandom());
    const spki = Buffer.from(pair.publicKey);
    spki.writeUInt8(spki.readUInt8(spki.length - 1) ^ 1, spki.length - 1);
    expect(refusalOf(requestOf({ spki, pair }))).toBe('is not signed with its own key');
  });
});

describe('a request that does not prove that its maker has the key', () => {
  test('is refused when somebody else signed it: a public key seen elsewhere is of no use', () => {
    const stolen = KeyPair.make('p256', new SystemRandom()).publicKey;
    expect(refusalOf(requestOf({ spki: stolen }))).toBe('is not signed with its own key');
  });

  test('is refused when the signature was made for another request', () => {
    const other = desk.request('/CN=another-box', { key });
    expect(refusalOf(pemOf(sequence(...swapped(good, other))))).toBe('is not signed with its own key');
  });

  test.each(['sha1', 'sha384', 'sha512'])('is refused when it is signed over %s', (digest) => {
    const pem = desk.request(`/CN=${BOX}`, { key, options: [`-${digest}`] });
    expect(refusalOf(pem)).toBe('is not signed with its own key');
  });

  test('is refused, whichever of its bits is turned', () => {
    const bytes = bytesOf(good);
    const accepted = Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter((bit) => {
      const turned = Buffer.from(bytes);
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return refusalOf(pemOf(turned)) === 'accepted';
    });
    expect(bytes.length).toBeGreaterThan(200);
    expect(accepted).toEqual([]);
  });
});

describe('what is no request', () => {
  test.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['two requests', good + good],
    ['a request with a text before it', `attributes: none\n${good}`],
    ['a certificate', good.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')],
    ['an older label', good.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')],
    ['other letters of base64', good.replace('M', '-')],
    ['more than its lines', good.replace('\n-----END', '=\n-----END')],
  ])('%s is refused', (_what, text) => {
    expect(refusalOf(text)).toBe('is not one in PEM');
  });

  test('is refused unread when it is long', () => {
    expect(refusalOf(good + ' '.repeat(4_000))).toBe('is too long');
  });

  test.each([
    ['cut short', bytesOf(good).subarray(0, -1)],
    ['followed by something', Buffer.concat([bytesOf(good), Buffer.from([5, 0])])],
    ['of a later version', requestBytes({ version: 1 })],
    ['without attributes, which RFC 2986 does not let out', requestBytes({ attributes: Buffer.alloc(0) })],
    ['with a length spelled longer than it need be', respelled(bytesOf(good))],
    ['inside another', sequence(bytesOf(good))],
  ])('%s is refused', (_what, bytes) => {
    expect(refusalOf(pemOf(bytes))).toBe('is not written as RFC 2986 says');
  });

  test('never makes the reader fail, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusalOf(pemOf(bytes))).not.toBe('accepted');
        expect(refusalOf(pemOf(sequence(sequence(bytes), bytes)))).not.toBe('accepted');
      }),
    );
  });
});

interface Parts {
  readonly version: number;
  readonly name: Uint8Array;
  readonly pair: KeyPair;
  readonly spki: Uint8Array;
  readonly attributes: Uint8Array;
}

/** A request as good as those of openssl, but for what a test wants otherwise. */
function requestBytes(parts: Partial<Parts>): Buffer {
  const { version = 0, name = utf8String(BOX), pair = KeyPair.make('p256', new SystemRandom()) } = parts;
  const { spki = pair.publicKey, attributes = explicitly(0) } = parts;
  const subject = sequence(der(TAG.set, sequence(objectIdentifier('2.5.4.3'), name)));
  const asked = sequence(integer(Buffer.from([version])), subject, spki, attributes);
  return sequence(asked, signatureAlgorithm('p256'), bitString(pair.sign(asked)));
}

function requestOf(parts: Partial<Parts>): string {
  return pemOf(requestBytes(parts));
}

function requestNaming(name: Uint8Array): string {
  return requestOf({ name });
}

test('what the attacks here are built with is accepted where nothing is changed', () => {
  expect(refusalOf(requestOf({}))).toBe('accepted');
});

/** What one request asks, with the signature of the other. */
function swapped(one: string, other: string): readonly Uint8Array[] {
  const [asked, algorithm] = partsOf(one);
  const signature = partsOf(other)[2];
  return [asked, algorithm, signature].map((part) => part ?? Buffer.alloc(0));
}

function partsOf(pem: string): readonly Uint8Array[] {
  const [outside] = readDer(bytesOf(pem)) ?? [];
  return (readDer(outside?.content ?? Buffer.alloc(0)) ?? []).map(({ whole }) => whole);
}

/** The outermost length in three bytes where two do. */
function respelled(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x82, 0x00, bytes.readUInt8(2)]), bytes.subarray(3)]);
}
