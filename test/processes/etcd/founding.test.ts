import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EtcdAuthority } from './etcd-authority.ts';
import { EtcdMembers, good } from './etcd-members.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const VOTERS = NAMES.map((name) => `${name} voter`);
const PATIENCE_MS = 5_000;

describe('three members', () => {
  let members: EtcdMembers;

  beforeAll(async () => {
    members = await EtcdMembers.open(11);
  });

  afterAll(async () => {
    await members[Symbol.asyncDispose]();
  });

  test('found a cluster at once, none before the others', async () => {
    for (const ended of await members.found(NAMES)) good(ended);
    expect(await members.list('control-plane-1')).toEqual(VOTERS);
    await members.put('control-plane-1', 'first', 'word');
    expect(await members.get('control-plane-3', 'first')).toBe('word');
  });

  test('keep what they store, and how they are to start, from others', async () => {
    const machine = members.machine('control-plane-1');
    const mode = async (path: string) => ((await stat(machine.path(path))).mode & 0o777).toString(8);
    expect(await mode('var/lib/bootstrap/etcd')).toBe('700');
    expect(await readFile(machine.path('etc/bootstrap/etcd.yaml'), 'utf8')).toContain('"client-cert-auth": true');
  });

  test('speak with nobody without TLS, without a certificate, or with one of another authority', async () => {
    await using stranger = await EtcdAuthority.open();
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-stranger-'));
    try {
      await stranger.issue(folder, { name: 'control-plane-1', addresses: [members.address('control-plane-1')] });
      const [key, cert] = await Promise.all(['etcd.key', 'etcd.crt'].map((name) => readFile(join(folder, name))));
      const host = members.address('control-plane-1');
      for (const port of [2379, 2380]) {
        expect(await plainAnswer(host, port)).toBe('');
        expect(await tlsAnswer(host, port, {})).toMatch(/certificate required|bad certificate/);
        expect(await tlsAnswer(host, port, { key, cert })).toMatch(/unknown ca|bad certificate/);
        expect(await tlsAnswer(host, port, await ownCertificate(members))).toMatch(/^HTTP\/1\.1 \d{3}/);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('find that they are members when the stage is run again, and disturb nothing', async () => {
    const before = await members.status('control-plane-2');
    const output = good(await members.machine('control-plane-2').vote());
    expect(output).toBe('');
    expect(await members.status('control-plane-2')).toMatchObject({ leader: before.leader });
  });

  test('all come back by themselves when all have lost their power', async () => {
    await Promise.all(NAMES.map((name) => members.machine(name).crash()));
    await Promise.all(NAMES.map((name) => members.machine(name).boot()));
    const word = await members.until('a majority', () => members.get('control-plane-2', 'first'));
    expect(word).toBe('word');
    for (const ended of await Promise.all(NAMES.map((name) => members.machine(name).vote()))) good(ended);
    expect(await members.list('control-plane-1')).toEqual(VOTERS);
  });

  test('a founder that has lost its memory founds nothing again: it is taken out, and joins as a learner', async () => {
    const machine = members.machine('control-plane-3');
    await machine.crash();
    await rm(machine.path('var/lib/bootstrap/etcd'), { recursive: true });
    await machine.boot();
    const output = good(await machine.vote());
    expect(output.replaceAll(/^Waiting: .*\n/gm, '')).toMatch(
      /^Taken out: control-plane-3 .*\nAdded as a learner\.\nPromoted: this member votes\.\n$/,
    );
    expect(await members.list('control-plane-1')).toEqual(VOTERS);
    expect(await members.get('control-plane-3', 'first')).toBe('word');
  });

  test('a founder whose cluster was founded without it joins, too', async () => {
    const machine = members.machine('control-plane-2');
    await members.replace('control-plane-2');
    await members.add('control-plane-2', 'new', NAMES);
    const output = good(await machine.vote());
    expect(output).toContain('Added as a learner.');
    expect(await members.list('control-plane-1')).toEqual(VOTERS);
  });
});

test('five found a cluster as three do', async () => {
  const names = [...NAMES, 'control-plane-4', 'control-plane-5'];
  await using members = await EtcdMembers.open(12);
  for (const ended of await members.found(names)) good(ended);
  expect(await members.list('control-plane-5')).toEqual(names.map((name) => `${name} voter`));
  await members.put('control-plane-4', 'key', 'of five');
  expect(await members.get('control-plane-1', 'key')).toBe('of five');
});

test('a founder that does not come is taken out after a while, and joins when it comes after all', async () => {
  await using members = await EtcdMembers.open(23);
  const [late = '', ...early] = NAMES.toReversed();
  for (const name of NAMES) await members.add(name, 'new', NAMES);
  for (const ended of await Promise.all(early.map((name) => members.machine(name).vote()))) good(ended);
  const leader = await members.leader();
  await members.showPeers(leader, NAMES);
  for (let round = 1; round <= 2; round += 1) good(await members.machine(leader).care());
  expect(await members.list(leader)).toHaveLength(3);
  expect(good(await members.machine(leader).care())).toMatch(/^Taken out: .*, which does not start\.$/m);
  expect(await members.list(leader)).toEqual(early.toReversed().map((name) => `${name} voter`));
  expect(good(await members.machine(late).vote())).toContain('Added as a learner.');
  expect(await members.list(leader)).toEqual(VOTERS);
});

test('the only member, without its data, founds nothing anew: it says what is to be done', async () => {
  await using members = await EtcdMembers.open(15);
  const machine = await members.add('control-plane-1', 'existing', ['control-plane-1']);
  const { code, output } = await machine.vote();
  expect(code).toBe(1);
  expect(output).toContain('There is no other member to join: what etcd held has to be restored from a snapshot.');
});

async function ownCertificate(members: EtcdMembers): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
  const machine = members.machine('control-plane-2');
  const [key, cert] = await Promise.all(
    ['etcd.key', 'etcd.crt'].map((name) => readFile(machine.path(`etc/bootstrap/pki/${name}`))),
  );
  if (key === undefined || cert === undefined) throw new Error('A machine has a key and a certificate.');
  return { key, cert };
}

const REQUEST = 'GET /version HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n';

/** Nothing, or an error, is what somebody hears who is not heard. */
function plainAnswer(host: string, port: number): Promise<string> {
  return answerOf(connectPlain({ host, port }), (heard) => (heard.startsWith('HTTP/1.1 200') ? heard : ''));
}

function tlsAnswer(
  host: string,
  port: number,
  identity: { key?: Buffer | undefined; cert?: Buffer | undefined },
): Promise<string> {
  // Who they are is not the question here, but whom they let in.
  return answerOf(connectTls({ host, port, rejectUnauthorized: false, ...identity }), (heard) => heard);
}

function answerOf(socket: ReturnType<typeof connectPlain>, read: (heard: string) => string): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', (error) => {
      resolve(error.message);
    });
    socket.on('close', () => {
      resolve(read(heard));
    });
    socket.end(REQUEST);
  });
}
