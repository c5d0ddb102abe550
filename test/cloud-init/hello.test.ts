import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Hello, StageReport } from '#host/protocol.ts';
import { readRequest } from '#pki/request.ts';
import { AgentStand, BOX, HOST_KEY } from './support/agent-stand.ts';
import { MailboxServer } from './support/mailbox-server.ts';
import { TestAuthority } from './support/test-authority.ts';

const KEY = 'etc/bootstrap/overlay.key';

describe('a machine', () => {
  test('fetches its scripts, says hello, is welcomed and reports its stage', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
    const hello = Hello.parse(stand.mailbox.letter('hello'));
    expect(hello).toMatchObject({ format: 1, box: BOX, keys: { sshHost: HOST_KEY }, requests: {} });
    const report = StageReport.parse(stand.mailbox.letter('stage-01-network'));
    expect(report).toEqual({ format: 1, box: BOX, stage: 'network', tookMs: 12_340 });
  });

  test('keeps the private half of its overlay key to itself, and names the public one that belongs to it', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    await stand.run();
    const text = stand.mailbox.letters.get('hello') ?? '';
    const secret = (await stand.read(KEY)).trim();
    expect(Hello.parse(JSON.parse(text)).keys.overlay).toBe(publicHalfOf(secret));
    expect(text).not.toContain(secret);
    expect(await stand.mode(KEY)).toBe('600');
  });

  test('asks for a certificate in the name of its box and for nothing else, with a key that stays', async () => {
    await using stand = await AgentStand.open({ purposes: ['etcd', 'kubelet'] });
    using authority = new TestAuthority();
    stand.welcomeAll({}, authority);
    await stand.boot();
    expect(await stand.run()).toBe(0);
    const { requests } = Hello.parse(stand.mailbox.letter('hello'));
    expect(Object.keys(requests)).toEqual(['etcd', 'kubelet']);
    for (const [purpose, request] of Object.entries(requests)) {
      expect(readRequest(request)).toMatchObject({ request: { commonName: BOX } });
      const inWords = authority.describe(request);
      expect(inWords).toMatch(new RegExp(`Subject: CN ?= ?${BOX}\n`));
      expect(inWords).toMatch(/Attributes:\s*\(none\)/);
      expect(inWords).toContain('NIST CURVE: P-256');
      const key = await stand.read(`etc/bootstrap/pki/${purpose}.key`);
      expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
      expect(await stand.mode(`etc/bootstrap/pki/${purpose}.key`)).toBe('600');
      expect(JSON.stringify([...stand.mailbox.letters])).not.toContain(key.split('\n')[1]);
    }
  });

  test('takes a hello that is there for its own word, when it has forgotten that it said it', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.boot();
    await stand.run();
    const hello = stand.mailbox.letter('hello');
    await stand.remove('var/lib/bootstrap/sent');
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.letter('hello')).toEqual(hello);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
  });

  test('does not say hello before the host has its key', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    await stand.endCloudInit();
    const agent = stand.start();
    await stand.slept(3);
    expect(stand.mailbox.written).toEqual([]);
    await stand.boot();
    await once(agent, 'exit');
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
  });

  test('knocks again and again, after 15 seconds at most, until somebody is there', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({});
    // Its scripts it has already.
    const agent = stand.start();
    await stand.slept(1);
    await stand.kill(agent);
    await stand.write('slept', '');
    const { port } = await gone();
    await stand.tellMailbox(`http://127.0.0.1:${port}`);
    await stand.boot();
    const lonely = stand.start();
    expect((await stand.slept(7)).slice(0, 7)).toEqual([1, 2, 4, 8, 15, 15, 15]);
    await using mailbox = await MailboxServer.open(port);
    mailbox.heard = () => mailbox.letters.set('welcome', stand.welcomeText({}));
    await once(lonely, 'exit');
    expect(mailbox.written).toEqual(['hello', 'stage-01-network']);
  });

  test('ends as failed without a key, to be started again', async () => {
    await using stand = await AgentStand.open();
    await stand.writeProgram('openssl', '#!/bin/sh\nexit 1\n');
    await stand.boot();
    expect(await stand.run()).toBe(1);
    expect(stand.mailbox.written).toEqual([]);
  });
});

describe('the disk of one machine in another', () => {
  test('has nothing left on it of the first: no key, no secret, no data, and no unit that starts', async () => {
    const scripts = { 'stages/keep.sh': 'mkdir -p "$BOOTSTRAP_ROOT/var/lib/bootstrap/data"\n' };
    await using stand = await AgentStand.open({ purposes: ['etcd'], scripts });
    using authority = new TestAuthority();
    const welcome = { stages: ['network', 'keep'], secrets: { 'overlay-psk': 'of the first' } };
    stand.welcomeAll(welcome, authority);
    await stand.boot();
    await stand.run();
    await stand.write('etc/systemd/system/bootstrap-etcd.service', '');
    await stand.write('etc/systemd/system/bootstrap-node.service', '');
    await stand.write('etc/systemd/system/other.service', '');
    const ofKubernetes = [
      'etc/bootstrap/kubernetes/encryption.yaml',
      'var/lib/kubelet/pods',
      'var/lib/containerd/image',
    ];
    for (const path of ofKubernetes) await stand.write(path, 'of the first');
    const keys = [await stand.read(KEY), await stand.read('etc/bootstrap/pki/etcd.key')];
    expect(await stand.run('opt/bootstrap/node/same-machine')).toBe(0);

    await stand.write('var/lib/cloud/data/instance-id', 'another-box\n');
    stand.mailbox.letters.clear();
    stand.welcomeAll({ stages: ['network'] }, authority);
    expect(await stand.run('opt/bootstrap/node/same-machine')).toBe(1);
    expect(await stand.run()).toBe(0);
    expect(Hello.parse(stand.mailbox.letter('hello')).box).toBe('another-box');
    expect(keys).not.toContain(await stand.read(KEY));
    expect(keys).not.toContain(await stand.read('etc/bootstrap/pki/etcd.key'));
    expect(await stand.has('etc/bootstrap/secrets/overlay-psk')).toBe(false);
    expect(await stand.has('var/lib/bootstrap/data')).toBe(false);
    for (const path of ofKubernetes) expect(await stand.has(path)).toBe(false);
    const installed = ['enable --no-reload bootstrap-certificates.service', 'start bootstrap-certificates.service'];
    expect(await stand.lines('systemctl')).toEqual([
      ...installed,
      'disable --now bootstrap-certificates.service bootstrap-etcd.service',
      ...installed,
    ]);
    expect(await stand.run('opt/bootstrap/node/same-machine')).toBe(0);
  });
});

/** A port where nobody is any more. */
async function gone(): Promise<{ readonly port: number }> {
  await using absent = await MailboxServer.open();
  return { port: absent.port };
}

/** As Node works it out. */
function publicHalfOf(secret: string): string {
  const head = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const key = createPrivateKey({
    key: Buffer.concat([head, Buffer.from(secret, 'base64')]),
    format: 'der',
    type: 'pkcs8',
  });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
