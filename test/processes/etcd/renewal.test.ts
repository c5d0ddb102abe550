import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Renewal, renewalLetter } from '#host/protocol.ts';
import { EtcdMembers, good } from './etcd-members.ts';
import { EtcdWriter } from './etcd-writer.ts';

const run = promisify(execFile);
const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const PORTS = [2379, 2380];
const PKI = 'etc/bootstrap/pki';
/** A write that takes longer has found no majority for a while. */
const GAP_MS_MAX = 10_000;

let members: EtcdMembers;

beforeAll(async () => {
  members = await EtcdMembers.open(19);
  for (const ended of await members.found(NAMES)) good(ended);
});

afterAll(async () => {
  await members[Symbol.asyncDispose]();
});

test('etcd is given its key alone: its certificate it reads where that is renewed', async () => {
  const config = await readFile(members.machine('control-plane-1').path('etc/bootstrap/etcd.yaml'), 'utf8');
  expect([...config.matchAll(/"(?:cert|key|trusted-ca)-file": "([^"]*)"/g)].map(([, path = '']) => path)).toEqual(
    [1, 2].flatMap(() =>
      [`${PKI}/etcd.crt`, 'run/credentials/bootstrap-etcd.service/etcd.key', `${PKI}/etcd-ca.crt`].map((path) =>
        members.machine('control-plane-1').path(path),
      ),
    ),
  );
});

test('renewed certificates are shown to clients and peers by the processes that run, and nobody votes anew', async () => {
  const before = await lookAtAll();
  expect(new Set(before.flatMap(({ serials }) => serials)).size).toBe(NAMES.length);
  const writer = new EtcdWriter(
    members.machine('control-plane-1'),
    NAMES.map((name) => members.clientUrl(name)),
  );
  for (const [index, name] of NAMES.entries()) {
    await sendRenewal(name, 1);
    expect(good(await follow(name))).toMatch(/^Renewal 01: etcd is certified until .*, and believes 1 authority\.$/m);
    const now = await lookAt(name);
    expect(new Set(now.serials).size).toBe(1);
    expect(now.serials).not.toEqual(before[index]?.serials);
    expect(JSON.parse(members.mailbox.received.get(`/${name}/letters/renewed-01`)?.toString() ?? '')).toEqual({
      format: 1,
      box: `box-of-${name}`,
    });
  }
  const { written, gapMs } = await writer.stop();
  const after = await lookAtAll();
  expect(after.map(({ process, term }) => ({ process, term }))).toEqual(
    before.map(({ process, term }) => ({ process, term })),
  );
  expect(Number(await members.get('control-plane-2', 'written'))).toBe(written);
  expect(written).toBeGreaterThan(3);
  expect(gapMs).toBeLessThan(GAP_MS_MAX);
});

test('a member that is started again goes on with what was renewed, and the others know it', async () => {
  const machine = members.machine('control-plane-3');
  const { serials } = await lookAt('control-plane-3');
  await machine.crash();
  await machine.boot();
  await members.until('its return', async () => {
    await members.put('control-plane-3', 'returned', 'yes');
    return true;
  });
  expect((await lookAt('control-plane-3')).serials).toEqual(serials);
  expect(await members.list('control-plane-3')).toEqual(NAMES.map((name) => `${name} voter`));
});

test('what is refused changes nothing', async () => {
  const [before, { mtimeMs }] = [await lookAt('control-plane-1'), await certificateOf('control-plane-1')];
  const certificate = await members.authority.renew('control-plane-2');
  await sendRenewal('control-plane-1', 2, certificate);
  expect(good(await follow('control-plane-1'))).toBe(
    'Renewal 02: Refused: the certificate for etcd is for another key.\n',
  );
  expect(members.mailbox.received.has('/control-plane-1/letters/refused-02')).toBe(true);
  expect((await certificateOf('control-plane-1')).mtimeMs).toBe(mtimeMs);
  expect(await lookAt('control-plane-1')).toEqual(before);
});

interface Looked {
  readonly serials: readonly string[];
  readonly process: string;
  readonly term: number;
}

function lookAtAll(): Promise<readonly Looked[]> {
  return Promise.all(NAMES.map(lookAt));
}

async function lookAt(name: string): Promise<Looked> {
  const serials = await Promise.all(PORTS.map((port) => serialAt(name, port)));
  const { raftTerm } = await members.status(name);
  return { serials, process: await processOf(name), term: raftTerm };
}

async function serialAt(name: string, port: number): Promise<string> {
  const read = (file: string): Promise<string> => readFile(members.machine(name).path(`${PKI}/${file}`), 'utf8');
  const [ca, cert, key] = await Promise.all(['etcd-ca.crt', 'etcd.crt', 'etcd.key'].map(read));
  const socket: TLSSocket = connect({ host: members.address(name), port, ca, cert, key });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Its id, of all that the unit started. */
async function processOf(name: string): Promise<string> {
  const session = await readFile(members.machine(name).path('run/systemd/bootstrap-etcd.service.session'), 'utf8');
  const { stdout } = await run('ps', ['--sid', session.trim(), '-o', 'pid=,args=']);
  const found = stdout.split('\n').filter((line) => line.includes('--config-file'));
  expect(found).toHaveLength(1);
  return found[0]?.trim().split(' ', 1)[0] ?? '';
}

function certificateOf(name: string) {
  return stat(members.machine(name).path(`${PKI}/etcd.crt`));
}

async function sendRenewal(name: string, number: number, certificate?: string): Promise<void> {
  const authority = await readFile(members.authority.certificate, 'utf8');
  const etcd = { certificate: certificate ?? (await members.authority.renew(name)), authority };
  const renewal: Renewal = { format: 1, box: `box-of-${name}`, number, certificates: { etcd } };
  members.mailbox.shown.set(`/${name}/letters/${renewalLetter(number)}`, JSON.stringify(renewal));
}

function follow(name: string) {
  return members.machine(name).script('certificates-follow.sh', 'once');
}
