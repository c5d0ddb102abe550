import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FailureReport, Hello } from '#host/protocol.ts';
import { AgentStand } from './support/agent-stand.ts';
import { TestAuthority } from './support/test-authority.ts';

const UNPACK = fileURLToPath(new URL('../../cloud-init/node/unpack-welcome.py', import.meta.url));

/** Everything that a shell could take for something else. */
const HOSTILE = {
  QUOTES: `it's "so"`,
  SUBSTITUTION: '$(touch "$BOOTSTRAP_ROOT/taken") `touch "$BOOTSTRAP_ROOT/taken"` ${PATH}',
  LINES: 'one\ntwo\nTHREE=3\n',
  ENDING: '\'; touch "$BOOTSTRAP_ROOT/taken"; \'',
  SLASHES: '\\n\\\\ \\',
  FAR: 'ümlaut €',
  BLANK: '  two  ',
  EMPTY: '',
};
const PRINT = `printf '%s\\0' ${Object.keys(HOSTILE)
  .map((name) => `"$${name}"`)
  .join(' ')} >"$BOOTSTRAP_ROOT/heard"\n`;

describe('a welcome', () => {
  test('becomes files that only those can read who have to', async () => {
    await using stand = await AgentStand.open({ purposes: ['etcd'] });
    using authority = new TestAuthority();
    const asset = { name: 'etcd', sha256: 'a'.repeat(64), form: 'tar.gz' } as const;
    const secrets = { 'overlay-psk': 'c2VjcmV0\n', token: '$(no)\u2028"' };
    stand.welcomeAll({ secrets, assets: [asset] }, authority);
    await stand.boot();
    await stand.run();
    const folder = 'etc/bootstrap';
    for (const [name, text] of Object.entries(secrets)) {
      expect(await stand.read(`${folder}/secrets/${name}`)).toBe(text);
      expect(await stand.mode(`${folder}/secrets/${name}`)).toBe('600');
    }
    expect(await stand.mode(`${folder}/secrets`)).toBe('700');
    expect(await stand.mode(`${folder}/node.env`)).toBe('600');
    expect(await stand.mode(`${folder}/pki/etcd.crt`)).toBe('644');
    expect(await stand.read(`${folder}/pki/etcd-ca.crt`)).toBe(authority.certificate);
    expect(await stand.read(`${folder}/assets`)).toBe(`${'a'.repeat(64)} tar.gz etcd\n`);
    expect(await stand.read(`${folder}/stages`)).toBe('network\n');
    // The letter itself, which holds the secrets, is nowhere any more.
    expect(await stand.has('run/bootstrap/welcome')).toBe(false);
  });

  test('gives a stage every value as it was given, whatever a shell could take it for', async () => {
    await using stand = await AgentStand.open({ scripts: { 'stages/print.sh': PRINT } });
    stand.welcomeAll({ settings: HOSTILE, stages: ['print'] });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    const heard = await stand.read('heard');
    expect(heard.split('\0').slice(0, -1)).toEqual(Object.values(HOSTILE));
    expect(await stand.has('taken')).toBe(false);
  });

  test.each<[string, object, RegExp]>([
    ['of another format', { format: 2 }, /another format/],
    ['whose secret leads out of its folder', { secrets: { '../../escaped': 'x' } }, /name that is none/],
    ['whose certificate leads out of its folder', { certificates: { '../x': {} } }, /has no purpose/],
    ['that changes where programs are found', { settings: { PATH: '/tmp' } }, /PATH cannot be a setting/],
    ['that has programs loaded into others', { settings: { LD_PRELOAD: '/tmp/x' } }, /LD_PRELOAD cannot/],
    ['that leads the machine to another mailbox', { settings: { MAILBOX: 'http://elsewhere' } }, /MAILBOX cannot/],
    ['that leads it to another bucket', { settings: { BUCKET: 'https://elsewhere' } }, /BUCKET cannot/],
    ['that leads it to another door', { settings: { MAILBOX_SOCKET: '/elsewhere' } }, /MAILBOX_SOCKET cannot/],
    ['that gives it other keys', { settings: { IMDS: 'http://elsewhere' } }, /IMDS cannot/],
    ['with a setting that is no name', { settings: { 'A=1;B': 'x' } }, /name that is none/],
    ['with a value that no shell can hold', { settings: { A: 'a\u0000b' } }, /not a text/],
    ['with a stage that is a path', { stages: ['../../evil'] }, /stage has no name/],
    ['with an asset without a digest', { assets: [{ name: 'a', form: 'program', sha256: 'abc' }] }, /no digest/],
    ['with an asset whose name is a path', { assets: [assetWith({ name: '../a' })] }, /no name/],
    ['with an asset of another form', { assets: [assetWith({ form: 'deb' })] }, /form that this machine/],
    ['without stages', { stages: [] }, /no stages/],
    ['that is no object', [], /not an object/],
  ])('%s is refused, before anything is made of it', async (_what, changes, why) => {
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-welcome-'));
    const sound = {
      format: 1,
      settings: { SOUND: 'yes' },
      secrets: {},
      certificates: {},
      assets: [],
      stages: ['network'],
    };
    const welcome = Array.isArray(changes) ? changes : { ...sound, ...changes };
    const { status, stderr } = spawnSync(UNPACK, [folder], { input: JSON.stringify(welcome), encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(why);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('that was cut off ends the machine, which says why', async () => {
    await using stand = await AgentStand.open();
    await stand.boot();
    stand.mailbox.letters.set('welcome', stand.welcomeText({}).slice(0, -20));
    expect(await stand.run()).toBe(0);
    const { stage, reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(stage).toBe('welcome');
    expect(reason).toMatch(/^The welcome cannot be used: .+/);
    expect(await stand.has('etc/bootstrap/stages')).toBe(false);
  });

  test('for the key of somebody who said hello in its name is refused', async () => {
    await using stand = await AgentStand.open({ purposes: ['etcd'] });
    await using thief = await AgentStand.open({ purposes: ['etcd'] });
    using authority = new TestAuthority();
    thief.welcomeAll({}, authority);
    await thief.boot();
    await thief.run();
    for (const letter of ['hello', 'welcome']) {
      stand.mailbox.letters.set(letter, thief.mailbox.letters.get(letter) ?? '');
    }
    await stand.boot();
    expect(await stand.run()).toBe(0);
    const { reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(reason).toBe("The welcome cannot be used: It has no certificate for this machine's etcd key.");
    expect(await stand.has('etc/bootstrap/pki/etcd.crt')).toBe(false);
    expect(await stand.has('etc/bootstrap/welcomed')).toBe(false);
  });

  test('to a seat in etcd without a certificate for it is refused', async () => {
    await using stand = await AgentStand.open({ purposes: ['etcd'] });
    await stand.boot();
    stand.welcome({ stages: ['network', 'etcd'] });
    await stand.run();
    const { stage, reason } = FailureReport.parse(stand.mailbox.letter('failed'));
    expect(stage).toBe('welcome');
    expect(reason).toBe("The welcome cannot be used: It has no certificate for this machine's etcd key.");
  });

  test('may leave requests unanswered, of what the machine does not become yet', async () => {
    await using stand = await AgentStand.open({ purposes: ['etcd', 'kubelet'] });
    using authority = new TestAuthority();
    await stand.boot();
    stand.mailbox.heard = (letter, body) => {
      if (letter !== 'hello') return;
      const certificate = authority.sign(Hello.parse(JSON.parse(body)).requests['etcd'] ?? '');
      stand.welcome({ certificates: { etcd: { certificate, authority: authority.certificate } } });
    };
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
    expect(await stand.read('etc/bootstrap/pki/etcd-ca.crt')).toBe(authority.certificate);
    expect(await stand.has('etc/bootstrap/pki/kubelet.crt')).toBe(false);
  });

  test('for the role that it was launched for, a machine takes; for another, it does not', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({ settings: { NODE: 'worker-1', ROLE: 'worker' } });
    await stand.boot();
    expect(await stand.run()).toBe(0);
    expect(stand.mailbox.written).toEqual(['hello', 'stage-01-network']);
    await using other = await AgentStand.open();
    other.welcomeAll({ settings: { NODE: 'control-plane-1', ROLE: 'control-plane' } });
    await other.boot();
    await other.run();
    const { reason } = FailureReport.parse(other.mailbox.letter('failed'));
    expect(reason).toBe('The welcome cannot be used: It is for a machine of another role.');
  });

  test('is read once: what stands there later changes nothing', async () => {
    await using stand = await AgentStand.open();
    stand.welcomeAll({ settings: { NODE: 'first' } });
    await stand.boot();
    await stand.run();
    stand.welcome({ settings: { NODE: 'second' } });
    await stand.run();
    expect(await stand.read('etc/bootstrap/node.env')).toBe('NODE=first\n');
    // What it has no certificate for, nobody renews.
    expect(await stand.has('etc/systemd/system/bootstrap-certificates.service')).toBe(false);
  });
});

function assetWith(changes: object): object {
  return { name: 'a', form: 'program', sha256: 'a'.repeat(64), ...changes };
}
