import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { type Authority, makeAuthority } from '#pki/authority.ts';
import type { Usage } from '#pki/certificate-text.ts';
import { issueLeaf } from '#pki/leaf.ts';
import { type KeyAlgorithm, KeyPair } from '#std/key-pair.ts';
import { SystemRandom } from '#std/system-random.ts';

const random = new SystemRandom();
const BOTH: readonly Usage[] = ['server', 'client'];

interface Party {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

function newAuthority(algorithm: KeyAlgorithm = 'p256'): Authority {
  return makeAuthority({ name: 'etcd', random, nowMs: Date.now(), lifeDays: 10, algorithm });
}

function party(authority: Authority, name: string, change: { usages?: readonly Usage[]; nowMs?: number } = {}): Party {
  const pair = KeyPair.make('p256', random);
  const cert = issueLeaf(authority, {
    request: pair,
    commonName: name,
    organizations: [],
    dnsNames: [name],
    addresses: ['127.0.0.1'],
    usages: change.usages ?? BOTH,
    nowMs: change.nowMs ?? Date.now(),
    lifeDays: 1,
    random,
  });
  return { ca: authority.certificate, cert, key: pair.pem };
}

/** Whom the server took the client for, or what one of them had against the other. */
async function shakeHands(server: Party, client: Party, servername = 'control-plane-1'): Promise<string> {
  const listening = createServer({ ...server, requestCert: true, rejectUnauthorized: false });
  const heard = new Promise<string>((resolve) => {
    listening.on('tlsClientError', (error) => resolve(`server: ${codeOf(error)}`));
    listening.on('secureConnection', (socket) => {
      resolve(socket.authorized ? `welcome ${peerOf(socket)}` : `server: ${String(socket.authorizationError)}`);
      socket.end();
    });
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = portOf(listening.address());
  const socket = connect({ host: '127.0.0.1', port, servername, ...client });
  const refused = refusal(socket);
  const outcome = await Promise.race([heard, refused]);
  socket.destroy();
  listening.close();
  return outcome;
}

/** Settles only when the client refuses the server: what the server refuses, it says itself. */
function refusal(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error: Error) => {
      if (!/ECONNRESET|ALERT/.test(codeOf(error))) resolve(`client: ${codeOf(error)}`);
    });
  });
}

function peerOf(socket: TLSSocket): string {
  return String(socket.getPeerCertificate().subject.CN);
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}

function portOf(address: string | AddressInfo | null): { readonly port: number } {
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return address;
}

test.each(['p256', 'ed25519'] as const)('two members shake hands, each sure of the other (%s)', async (algorithm) => {
  const authority = newAuthority(algorithm);
  const [one, other] = [party(authority, 'control-plane-1'), party(authority, 'control-plane-2')];
  expect(await shakeHands(one, other)).toBe('welcome control-plane-2');
  expect(await shakeHands(other, one, 'control-plane-2')).toBe('welcome control-plane-1');
});

test('a client of another authority is refused, though that has the same name', async () => {
  const server = party(newAuthority(), 'control-plane-1');
  const stranger = { ...party(newAuthority(), 'control-plane-2'), ca: server.ca };
  expect(await shakeHands(server, stranger)).toBe('server: UNABLE_TO_VERIFY_LEAF_SIGNATURE');
});

test('a client without a certificate is refused', async () => {
  const server = party(newAuthority(), 'control-plane-1');
  const { ca } = server;
  expect(await shakeHands(server, { ca, cert: '', key: '' })).toBe('server: UNABLE_TO_GET_ISSUER_CERT');
});

test('a certificate for servers is refused from a client, and one for clients from a server', async () => {
  const authority = newAuthority();
  const whole = party(authority, 'control-plane-1');
  expect(await shakeHands(whole, party(authority, 'a', { usages: ['server'] }))).toBe('server: INVALID_PURPOSE');
  const client = party(authority, 'control-plane-1', { usages: ['client'] });
  expect(await shakeHands(client, whole)).toBe('client: INVALID_PURPOSE');
});

test('a server is refused under a name that is not its own, and after its certificate has ended', async () => {
  const authority = newAuthority();
  const [one, other] = [party(authority, 'control-plane-1'), party(authority, 'control-plane-2')];
  expect(await shakeHands(other, one)).toBe('client: ERR_TLS_CERT_ALTNAME_INVALID');
  const ended = party(authority, 'control-plane-1', { nowMs: Date.now() - 3 * 86_400_000 });
  expect(await shakeHands(ended, one)).toBe('client: CERT_HAS_EXPIRED');
});
