import { afterAll, describe, expect, test } from 'vitest';
import { type Authority, makeAuthority } from '#pki/authority.ts';
import { certificateFacts, issueLeaf, type LeafOrder } from '#pki/leaf.ts';
import { isAgeing } from '#pki/life.ts';
import { readRequest } from '#pki/request.ts';
import { hasIssued } from '#std/certificate.ts';
import { type KeyAlgorithm, KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { OpensslDesk } from './support/openssl-desk.ts';

const desk = new OpensslDesk();
afterAll(() => desk[Symbol.dispose]());

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;
const ALGORITHMS: readonly KeyAlgorithm[] = ['p256', 'ed25519'];

function authorityOf(algorithm: KeyAlgorithm = 'p256', random = new SystemRandom()): Authority {
  return makeAuthority({ name: 'blog etcd', random, nowMs: NOW_MS, lifeDays: 3_650, algorithm });
}

function order(change: Partial<LeafOrder> = {}): LeafOrder {
  return {
    request: { publicKey: KeyPair.make('p256', new SystemRandom()).publicKey },
    commonName: 'control-plane-1',
    organizations: [],
    dnsNames: ['control-plane-1', 'localhost'],
    addresses: ['10.43.0.1', '127.0.0.1'],
    usages: ['server', 'client'],
    nowMs: NOW_MS,
    lifeDays: 365,
    random: new SystemRandom(),
    ...change,
  };
}

function at(ms: number): readonly string[] {
  return ['-attime', String(Math.floor(ms / 1_000))];
}

describe('an authority, as openssl reads it', () => {
  test.each(ALGORITHMS)('signs certificates and nothing else, and no further authority, with %s', (algorithm) => {
    const { certificate } = authorityOf(algorithm);
    const said = desk.text(certificate, '-subject', '-issuer', '-dates', '-ext', 'basicConstraints,keyUsage');
    expect(withoutMargins(said)).toMatchInlineSnapshot(`
      "subject=CN=blog etcd
      issuer=CN=blog etcd
      notBefore=Nov 21 11:55:00 2026 GMT
      notAfter=Nov 18 12:00:00 2036 GMT
      X509v3 Basic Constraints: critical
      CA:TRUE, pathlen:0
      X509v3 Key Usage: critical
      Certificate Sign, CRL Sign"
    `);
    expect(desk.verdict(certificate, certificate, ...at(NOW_MS))).toBe('OK');
  });

  test('keeps a key that openssl takes for the one of its certificate', () => {
    const { certificate, key } = authorityOf();
    const ofKey = desk.run('pkey', '-in', desk.file(key.reveal()), '-pubout');
    expect(desk.text(certificate, '-pubkey')).toBe(ofKey);
    expect(JSON.stringify(authorityOf())).not.toContain('PRIVATE KEY');
  });

  test('of the year 2060 still says when it ends', () => {
    const old = makeAuthority({ name: 'old', random: new SystemRandom(), nowMs: NOW_MS, lifeDays: 36_500 });
    expect(desk.text(old.certificate, '-enddate')).toBe('notAfter=Oct 28 12:00:00 2126 GMT\n');
    expect(desk.verdict(old.certificate, old.certificate, ...at(Date.UTC(2060, 1)))).toBe('OK');
  });
});

describe('a leaf, as openssl reads it', () => {
  test.each(ALGORITHMS)('says what was ordered and nothing else, signed with %s', (algorithm) => {
    const authority = authorityOf(algorithm);
    const leaf = issueLeaf(authority, order({ organizations: ['etcd peers'] }));
    const extensions = 'basicConstraints,keyUsage,extendedKeyUsage,subjectAltName';
    expect(withoutMargins(desk.text(leaf, '-subject', '-issuer', '-dates', '-ext', extensions))).toMatchInlineSnapshot(`
      "subject=CN=control-plane-1,O=etcd peers
      issuer=CN=blog etcd
      notBefore=Nov 21 11:55:00 2026 GMT
      notAfter=Nov 21 12:00:00 2027 GMT
      X509v3 Basic Constraints: critical
      CA:FALSE
      X509v3 Key Usage: critical
      Digital Signature
      X509v3 Extended Key Usage:
      TLS Web Server Authentication, TLS Web Client Authentication
      X509v3 Subject Alternative Name:
      DNS:control-plane-1, DNS:localhost, IP Address:10.43.0.1, IP Address:127.0.0.1"
    `);
    expect(desk.text(leaf, '-text').match(/(?<=^ *)X509v3 [A-Z][A-Za-z ]+(?=:)/gm)).toEqual([
      'X509v3 Basic Constraints',
      'X509v3 Key Usage',
      'X509v3 Extended Key Usage',
      'X509v3 Subject Key Identifier',
      'X509v3 Authority Key Identifier',
      'X509v3 Subject Alternative Name',
    ]);
  });

  test.each([
    ['p256', 'p256'],
    ['p256', 'ed25519'],
    ['ed25519', 'p256'],
    ['ed25519', 'ed25519'],
  ] as const)('holds in the strictest reading: %s signs, %s is signed', (by, of) => {
    const authority = authorityOf(by);
    const { publicKey } = KeyPair.make(of, new SystemRandom());
    const leaf = issueLeaf(authority, order({ request: { publicKey } }));
    for (const purpose of ['sslserver', 'sslclient']) {
      const options = ['-purpose', purpose, '-verify_hostname', 'control-plane-1', ...at(NOW_MS)];
      expect(desk.verdict(authority.certificate, leaf, ...options)).toBe('OK');
    }
    expect(desk.verdict(authority.certificate, leaf, '-verify_ip', '10.43.0.1', ...at(NOW_MS))).toBe('OK');
  });

  test('has the key of the request, made by openssl on a machine', () => {
    const key = desk.key();
    const reading = readRequest(desk.request('/CN=box-0', { key }));
    if ('refused' in reading) throw new Error(reading.refused);
    const leaf = issueLeaf(authorityOf(), order({ request: reading.request }));
    expect(desk.text(leaf, '-pubkey')).toBe(desk.run('pkey', '-in', desk.file(key), '-pubout'));
    expect(desk.text(leaf, '-subject')).toBe('subject=CN=control-plane-1\n');
  });

  test.each([
    ['is not valid before the clock may be behind', NOW_MS - 301_000, 'certificate is not yet valid'],
    ['is valid for a machine whose clock is five minutes behind', NOW_MS - 299_000, 'OK'],
    ['is valid to its last second', NOW_MS + 365 * DAY_MS - 1_000, 'OK'],
    ['is not valid after', NOW_MS + 365 * DAY_MS + 1_000, 'certificate has expired'],
  ])('%s', (_what, atMs, verdict) => {
    const authority = authorityOf();
    expect(desk.verdict(authority.certificate, issueLeaf(authority, order()), ...at(atMs))).toBe(verdict);
  });

  test('is not believed under another authority of the same name', () => {
    const leaf = issueLeaf(authorityOf(), order());
    const other = authorityOf();
    expect(desk.verdict(other.certificate, leaf, ...at(NOW_MS))).toBe('unable to get local issuer certificate');
    expect(hasIssued(other.certificate, leaf)).toBe(false);
  });

  test('is no authority: what its holder signs is not believed', () => {
    const authority = authorityOf();
    const pair = KeyPair.make('p256', new SystemRandom());
    const leaf = issueLeaf(authority, order({ request: pair }));
    const request = desk.file(desk.request('/CN=admin'));
    const by = ['-CA', desk.file(leaf), '-CAkey', desk.file(pair.pem), '-set_serial', '1', '-days', '1'];
    const forged = desk.run('x509', '-req', '-in', request, ...by);
    const verdict = desk.verdict(authority.certificate, forged, '-untrusted', desk.file(leaf));
    expect(verdict).toMatch(/invalid CA certificate|CA cert does not include key usage extension/);
  });

  test('for one use does not do for the other', () => {
    const authority = authorityOf();
    const server = issueLeaf(authority, order({ usages: ['server'] }));
    const verdictAs = (purpose: string) =>
      desk.verdict(authority.certificate, server, '-purpose', purpose, ...at(NOW_MS));
    expect(verdictAs('sslserver')).toBe('OK');
    expect(verdictAs('sslclient')).toMatch(/^unsuit(able|ed) certificate purpose$|^unsupported certificate purpose$/);
  });

  test('ends with its authority at the latest', () => {
    const nowMs = NOW_MS + 3_600 * DAY_MS;
    const authority = authorityOf();
    const facts = certificateFacts(issueLeaf(authority, order({ nowMs })));
    expect(facts.notAfterMs).toBe(certificateFacts(authority.certificate).notAfterMs);
  });

  test('is not made by an authority that has expired, is none, or has the key of another', () => {
    const authority = authorityOf();
    const late = order({ nowMs: NOW_MS + 3_651 * DAY_MS });
    expect(() => issueLeaf(authority, late)).toThrow('only an authority that is valid signs');
    const pair = KeyPair.make('p256', new SystemRandom());
    const leaf = issueLeaf(authority, order({ request: pair }));
    expect(() => issueLeaf({ ...authority, certificate: leaf }, order())).toThrow('signs with the key of');
    expect(() => issueLeaf({ ...authority, key: authorityOf().key }, order())).toThrow('signs with the key of');
  });

  test.each([
    ['a name that is none', { dnsNames: ['Control_Plane'] }],
    ['a wildcard', { dnsNames: ['*.example.com'] }],
    ['a NUL in a name', { dnsNames: ['good.example\u0000evil'] }],
    ['an address that is none', { addresses: ['10.43.0.256'] }],
    ['an address with a leading zero', { addresses: ['10.43.0.01'] }],
    ['a fraction of an address', { addresses: ['10.43.1.5.1'] }],
    ['an empty name', { commonName: '' }],
    ['a name too long for X.520', { commonName: 'a'.repeat(65) }],
  ])('is not made for %s', (_what, change) => {
    expect(() => issueLeaf(authorityOf(), order(change))).toThrow(/in a certificate/);
  });

  test('has a number that nobody guesses: 128 bits, never negative, never twice', () => {
    const authority = authorityOf();
    const { request } = order();
    const serials = Array.from(
      { length: 200 },
      () => certificateFacts(issueLeaf(authority, order({ request }))).serial,
    );
    expect(new Set(serials).size).toBe(200);
    expect(Math.max(...serials.map(({ length }) => length))).toBe(32);
    expect(serials.some((serial) => /^[89a-f]/.test(serial) && serial.length === 32)).toBe(true);
    expect(serials.filter((serial) => serial.startsWith('-'))).toEqual([]);
  });
});

describe('a seed', () => {
  test('replays every byte where signatures are Ed25519', () => {
    const make = () => {
      const random = new SeededRandom(7);
      const authority = makeAuthority({ name: 'a', random, nowMs: NOW_MS, lifeDays: 10, algorithm: 'ed25519' });
      const request = KeyPair.make('ed25519', random);
      return [authority.certificate, authority.key.reveal(), issueLeaf(authority, order({ request, random }))];
    };
    expect(make()).toEqual(make());
  });

  test('replays every key of P-256', () => {
    const pems = [1, 1, 2].map((seed) => KeyPair.make('p256', new SeededRandom(seed)).pem);
    expect(pems[0]).toBe(pems[1]);
    expect(pems[0]).not.toBe(pems[2]);
  });
});

describe('what is said of a certificate', () => {
  test('is read back as it was ordered', () => {
    const authority = authorityOf();
    const leaf = issueLeaf(authority, order({ organizations: ['one', 'two'] }));
    expect(certificateFacts(leaf)).toMatchObject({
      commonName: 'control-plane-1',
      organizations: ['one', 'two'],
      issuer: 'blog etcd',
      dnsNames: ['control-plane-1', 'localhost'],
      addresses: ['10.43.0.1', '127.0.0.1'],
      usages: ['server', 'client'],
      isAuthority: false,
      notBeforeMs: NOW_MS - 300_000,
      notAfterMs: NOW_MS + 365 * DAY_MS,
    });
    expect(hasIssued(authority.certificate, leaf)).toBe(true);
    const fingerprint = desk
      .text(leaf, '-fingerprint', '-sha256')
      .replace(/^.*=|:/g, '')
      .trim();
    expect(certificateFacts(leaf).fingerprint).toBe(fingerprint.replaceAll(':', '').toLowerCase());
  });

  test('makes it ageing when less than a third of its life is left', () => {
    const life = { notBeforeMs: NOW_MS, notAfterMs: NOW_MS + 90 * DAY_MS };
    expect([0, 59, 60, 61, 90, 91].map((day) => isAgeing(life, NOW_MS + day * DAY_MS))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});

function withoutMargins(text: string): string {
  return text.replaceAll(/^ +| +$/gm, '').trim();
}
