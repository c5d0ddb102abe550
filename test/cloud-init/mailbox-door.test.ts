import { execFile, execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '#std/hash.ts';
import { DoorStand } from './support/door-stand.ts';
import type { Identity } from './support/moody-bucket.ts';

const run = promisify(execFile);
const MINUTE_MS = 60_000;
const LETTER = { body: '{"format":1}' };
const NOBODY = 65_534;
/** Of the machine that the tests run on. */
const OPENSSL = 'openssl';

describe('the door of a machine', () => {
  test('leaves a letter in the bucket once, and gives it back', async () => {
    await using stand = await DoorStand.open();
    expect((await stand.ask('GET', '/letters/welcome')).status).toBe(404);
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(201);
    expect((await stand.ask('PUT', '/letters/hello', { body: '{}' })).status).toBe(409);
    expect(stand.bucket.objects.get(stand.letter('hello'))?.toString()).toBe(LETTER.body);
    stand.bucket.objects.set(stand.letter('welcome'), Buffer.from('{"welcome":1}'));
    expect(await stand.ask('GET', '/letters/welcome')).toMatchObject({ status: 200, body: '{"welcome":1}' });
  });

  test('gives an asset, or what of it comes from a byte on', async () => {
    await using stand = await DoorStand.open();
    const path = `/assets/${sha256Hex('0123456789')}`;
    expect((await stand.ask('GET', path)).status).toBe(403);
    stand.bucket.objects.set(`/blog${path}`, Buffer.from('0123456789'));
    expect(await stand.ask('GET', path)).toMatchObject({ status: 200, body: '0123456789' });
    const part = await stand.ask('GET', path, { headers: { Range: 'bytes=7-' } });
    expect(part).toMatchObject({ status: 206, body: '789', headers: { 'content-range': 'bytes 7-9/10' } });
    expect((await stand.ask('GET', path, { headers: { Range: 'bytes=11-' } })).status).toBe(416);
  });

  test('gives the list of peers as machines read it, and only when it is another', async () => {
    await using stand = await DoorStand.open();
    const peers = [{ node: 'worker-1' }];
    stand.bucket.objects.set('/blog/peers.json', Buffer.from(JSON.stringify({ format: 1, revision: 7, peers })));
    const { status, headers, body } = await stand.ask('GET', '/peers');
    expect([status, JSON.parse(body)]).toEqual([200, { format: 1, peers }]);
    const again = await stand.ask('GET', '/peers', { headers: { 'If-None-Match': headers.etag ?? '' } });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  test('brings a snapshot whole, and never over another', async () => {
    await using stand = await DoorStand.open();
    const body = 'x'.repeat(3_000_000);
    expect((await stand.ask('PUT', '/snapshots/etcd-12', { body })).status).toBe(201);
    expect(stand.bucket.objects.get('/blog/snapshots/etcd-12')?.toString()).toBe(body);
    expect((await stand.ask('PUT', '/snapshots/etcd-12', { body: 'other' })).status).toBe(409);
    const asked = request({
      socketPath: stand.socket,
      method: 'PUT',
      path: '/snapshots/etcd-13',
      headers: { 'Content-Length': '9' },
    });
    asked.on('error', () => undefined).write('half', () => asked.destroy());
    // What came after it is answered after it.
    expect((await stand.ask('PUT', '/snapshots/etcd-14', { body })).status).toBe(201);
    expect(stand.bucket.objects.has('/blog/snapshots/etcd-13')).toBe(false);
  });

  test('brings a snapshot over TLS as it comes, for it knows its digest only then; a letter with its digest', async () => {
    await using stand = await DoorStand.open(newIdentity());
    const body = 'x'.repeat(3_000_000);
    expect((await stand.ask('PUT', '/snapshots/etcd-12', { body })).status).toBe(201);
    expect((await stand.ask('PUT', '/snapshots/etcd-12', { body })).status).toBe(409);
    expect(stand.bucket.objects.get('/blog/snapshots/etcd-12')?.toString()).toBe(body);
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(201);
    const digests = stand.bucket.asked.map(({ digest }) => digest);
    expect(digests).toEqual(['UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD', sha256Hex(LETTER.body)]);
  });

  test('asks nobody whose name no authority confirms', async () => {
    await using stand = await DoorStand.open(newIdentity());
    await stand.kill();
    await stand.trust(newIdentity());
    await stand.start();
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(503);
    expect(stand.bucket.asked).toEqual([]);
  });

  test.each([
    ['more than S3 takes at once', '/snapshots/etcd-12', { 'Content-Length': String(5 * 2 ** 30 + 1) }, 413],
    ['a letter that is none', '/letters/hello', { 'Content-Length': '65537' }, 413],
    ['something without a length', '/letters/hello', { 'Transfer-Encoding': 'chunked' }, 411],
    ['a letter of another', '/letters/../hello', { 'Content-Length': '0' }, 404],
    ['an asset', `/assets/${'a'.repeat(64)}`, { 'Content-Length': '0' }, 404],
  ])('does not take %s', async (_what, path, headers, status) => {
    await using stand = await DoorStand.open();
    expect(await statusOf(stand, path, headers)).toBe(status);
    expect(stand.bucket.asked).toEqual([]);
  });

  test('is open to root alone', async () => {
    await using stand = await DoorStand.open();
    const { mode } = await stat(stand.socket);
    expect((mode & 0o777).toString(8)).toBe('600');
    if (process.getuid?.() !== 0) return;
    await run('chmod', ['-R', 'a+x', stand.socket.replace(/\/run\/.*/, '')]);
    await run('chmod', ['600', stand.socket]);
    const knock = ['curl', '-s', '--unix-socket', stand.socket, 'http://mailbox/letters/welcome'];
    await expect(run('setpriv', [`--reuid=${NOBODY}`, '--clear-groups', ...knock])).rejects.toMatchObject({ code: 7 });
    await run(knock[0] ?? '', knock.slice(1));
  });

  test('killed at once, is open again as soon as it is started', async () => {
    await using stand = await DoorStand.open();
    await stand.ask('PUT', '/letters/hello', LETTER);
    await stand.kill();
    await expect(stand.ask('GET', '/letters/hello')).rejects.toThrow(/ECONNREFUSED/);
    await stand.start();
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(409);
  });
});

describe('a bucket that refuses', () => {
  test('for keys that have ended is asked with new ones', async () => {
    await using stand = await DoorStand.open();
    await stand.ask('GET', '/letters/welcome');
    const [first] = stand.bucket.asked.splice(0);
    await stand.ask('GET', '/letters/leave');
    stand.bucket.asked.splice(0);
    stand.bucket.refusals.push([400, 'ExpiredToken']);
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(201);
    const tokens = stand.bucket.asked.map(({ token }) => token);
    expect(tokens).toHaveLength(2);
    expect(new Set([first?.token, ...tokens]).size).toBe(3);
  });

  test.each([
    ['ahead', 61 * MINUTE_MS],
    ['behind', -61 * MINUTE_MS],
  ])('for the time of a machine is asked by its own, when that is %s', async (_where, aheadMs) => {
    await using stand = await DoorStand.open();
    stand.bucket.aheadMs = aheadMs;
    stand.giveKeys(24 * 60 * MINUTE_MS);
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(201);
    stand.bucket.asked.splice(0);
    expect((await stand.ask('PUT', '/letters/stage-01-network', LETTER)).status).toBe(201);
    expect(stand.bucket.asked).toHaveLength(1);
  });

  test('because another is writing too is asked again, and never taken for one that has it already', async () => {
    await using stand = await DoorStand.open();
    stand.bucket.refusals.push([409, 'ConditionalRequestConflict'], [409, 'ConditionalRequestConflict']);
    expect((await stand.ask('PUT', '/letters/hello', LETTER)).status).toBe(201);
    for (let time = 0; time < 4; time += 1) stand.bucket.refusals.push([409, 'ConditionalRequestConflict']);
    expect((await stand.ask('PUT', '/letters/failed', LETTER)).status).toBe(503);
    expect(stand.bucket.objects.has(stand.letter('failed'))).toBe(false);
  });

  test('because it is busy has neither said yes nor no', async () => {
    await using stand = await DoorStand.open();
    stand.bucket.refusals.push([503, 'SlowDown'], [500, 'InternalError']);
    expect((await stand.ask('GET', '/letters/leave')).status).toBe(503);
    expect((await stand.ask('GET', '/letters/leave')).status).toBe(500);
  });
});

describe('the keys of a machine', () => {
  test('are awaited: nothing is said to be absent before they are there', async () => {
    await using stand = await DoorStand.open();
    const { keys } = stand.imds;
    stand.imds.keys = undefined;
    expect((await stand.ask('GET', '/letters/leave')).status).toBe(503);
    expect(stand.bucket.asked).toEqual([]);
    expect(await stand.log()).toContain('/letters/leave: HTTPError: HTTP Error 404');
    stand.imds.keys = keys;
    expect((await stand.ask('GET', '/letters/leave')).status).toBe(404);
  });

  test('are used until five minutes before their end', async () => {
    await using stand = await DoorStand.open();
    stand.bucket.objects.set('/blog/peers.json', Buffer.from('{"format":1,"revision":1,"peers":[]}'));
    stand.giveKeys(6 * MINUTE_MS);
    for (let time = 0; time < 3; time += 1) await stand.ask('GET', '/peers');
    expect(stand.imds.keysGiven).toBe(1);
    await stand.kill();
    await stand.start();
    stand.giveKeys(4 * MINUTE_MS);
    for (let time = 0; time < 3; time += 1) await stand.ask('GET', '/peers');
    expect(stand.imds.keysGiven).toBe(4);
  });
});

/** Of `localhost`, confirmed by itself. */
function newIdentity(): Identity {
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1'];
  const text = execFileSync(OPENSSL, [...words, ...name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const start = text.indexOf('-----BEGIN CERTIFICATE');
  return { key: text.slice(0, start), cert: text.slice(start) };
}

/** Of a request whose head alone is sent. */
function statusOf(stand: DoorStand, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const connection = connect(stand.socket, () => {
    connection.write(`PUT ${path} HTTP/1.1\r\nHost: mailbox\r\n${lines.join('')}\r\n`);
  });
  connection.on('error', reject).on('data', (bytes) => {
    resolve(Number(/^HTTP\/1\.\d (\d{3})/.exec(bytes.toString())?.[1]));
    connection.destroy();
  });
  return promise;
}
