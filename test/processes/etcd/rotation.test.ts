import { appendFile, copyFile, readFile } from 'node:fs/promises';
import { type TLSSocket, connect } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Renewal, renewalLetter } from '#host/protocol.ts';
import { EtcdMembers, good } from './etcd-members.ts';
import { EtcdWriter } from './etcd-writer.ts';

const NAMES = ['control-plane-1', 'control-plane-2', 'control-plane-3'];
const PKI = 'etc/bootstrap/pki';
const LOCK = 'bootstrap/restart';
/** An election, and a call that is given up, on a machine that does much else. */
const GAP_MS_MAX = 30_000;

let members: EtcdMembers;
/** What was believed at first, and the certificates of then. */
let old: string;
let oldFiles: { readonly cert: string; readonly key: string };
let next: string;

beforeAll(async () => {
  members = await EtcdMembers.open(20);
  for (const ended of await members.found(NAMES)) good(ended);
  old = await authority();
  oldFiles = { cert: await file('control-plane-1', 'etcd.crt'), key: await file('control-plane-1', 'etcd.key') };
  await members.authority.replace();
  next = await authority();
});

afterAll(async () => {
  await members[Symbol.asyncDispose]();
});

test('nobody is started again while another member is not well, or has the lock', async () => {
  await send(1, () => file('control-plane-1', 'etcd.crt'), old + next, ['control-plane-1']);
  expect(good(await follow('control-plane-1'))).toBe('Renewal 01 is here: etcd is still to be started again.\n');
  expect(answered(1)).toEqual([]);
  // No leader: then others would be busy with another reason.
  const leader = await members.leader();
  const down = NAMES.slice(1).find((name) => name !== leader) ?? '';
  await members.machine(down).crash();
  const hindered = await members.machine('control-plane-1').care();
  expect([hindered.code, hindered.output]).toEqual([
    1,
    expect.stringContaining(`when ${down} is a voter that is well`),
  ]);
  await members.machine(down).boot();
  await allWell();
  await members.put('control-plane-2', LOCK, 'control-plane-2');
  const locked = await members.machine('control-plane-1').care();
  expect([locked.code, locked.output]).toEqual([
    1,
    expect.stringContaining('another member of etcd is being started again'),
  ]);
  good(await members.machine('control-plane-2').etcdctl('del', LOCK));
  expect(answered(1)).toEqual([]);
});

describe('one authority follows another while writes go on', () => {
  let writer: EtcdWriter;

  beforeAll(async () => {
    for (const name of NAMES) await serve(name);
    writer = new EtcdWriter(
      members.machine('control-plane-1'),
      NAMES.map((name) => members.clientUrl(name)),
    );
  });

  test('all believe both, each started again by itself alone', async () => {
    await send(1, (name) => file(name, 'etcd.crt'), old + next);
    await allAnswer(1);
    for (const name of NAMES) expect(await connects(name, oldFiles, old + next)).toBe(true);
  });

  test('all show what the other one has signed, and nobody is started again', async () => {
    const before = await restarts();
    await send(2, (name) => members.authority.renew(name), old + next);
    await allAnswer(2);
    for (const name of NAMES) expect(await connects(name, oldFiles, next)).toBe(true);
    expect(await restarts()).toEqual(before);
  });

  test('all believe the other one alone, and nothing was lost', async () => {
    await send(3, (name) => file(name, 'etcd.crt'), next);
    await allAnswer(3);
    for (const name of NAMES) expect(await connects(name, oldFiles, next)).toBe(false);
    const { written, gapMs } = await writer.stop();
    expect(Number(await members.get('control-plane-2', 'written'))).toBe(written);
    expect(gapMs).toBeLessThan(GAP_MS_MAX);
    expect(await restarts()).toEqual(NAMES.map(() => 2));
    expect(await members.list('control-plane-1')).toEqual(NAMES.map((name) => `${name} voter`));
    for (const name of NAMES) expect(await file(name, 'etcd-ca.crt')).toBe(next);
    expect(good(await members.machine('control-plane-1').etcdctl('get', LOCK))).toBe('');
  });
});

/** The services that do it on a machine, and whose rounds do not wait for a test. */
async function serve(name: string): Promise<void> {
  const machine = members.machine(name);
  await appendFile(machine.path('etc/bootstrap/node.env'), 'ETCD_CARE_SECONDS=2\nCERTIFICATES_SECONDS=15\n');
  const unit = 'bootstrap-certificates.service';
  await copyFile(machine.path(`opt/bootstrap/node/units/${unit}`), machine.path(`etc/systemd/system/${unit}`));
  const systemctl = machine.path('bin/systemctl');
  good(await machine.run(systemctl, 'restart', 'bootstrap-etcd-care.service'));
  good(await machine.run(systemctl, 'enable', '--now', unit));
}

/** How often each was started again since its services run. */
function restarts(): Promise<readonly number[]> {
  return Promise.all(
    NAMES.map(async (name) => {
      const log = await members.machine(name).log('bootstrap-etcd-care.service');
      return log.match(/^etcd was started again: it believes others now\.$/gm)?.length ?? 0;
    }),
  );
}

function authority(): Promise<string> {
  return readFile(members.authority.certificate, 'utf8');
}

function file(name: string, path: string): Promise<string> {
  return readFile(members.machine(name).path(`${PKI}/${path}`), 'utf8');
}

async function send(
  number: number,
  certificateOf: (name: string) => Promise<string>,
  believed: string,
  names: readonly string[] = NAMES,
): Promise<void> {
  for (const name of names) {
    const etcd = { certificate: await certificateOf(name), authority: believed };
    const renewal: Renewal = { format: 1, box: `box-of-${name}`, number, certificates: { etcd } };
    members.mailbox.shown.set(`/${name}/letters/${renewalLetter(number)}`, JSON.stringify(renewal));
  }
}

function follow(name: string) {
  return members.machine(name).script('certificates-follow.sh', 'once');
}

async function allAnswer(number: number): Promise<void> {
  await members.until(`all to answer renewal ${number}`, async () =>
    answered(number).length === NAMES.length ? true : undefined,
  );
}

function answered(number: number): readonly string[] {
  return NAMES.filter((name) => members.mailbox.received.has(`/${name}/letters/renewed-0${number}`));
}

async function allWell(): Promise<void> {
  await members.until('all to be well', async () => {
    for (const name of NAMES) await members.get(name, 'nothing');
    return true;
  });
}

/** Whether somebody with these is let in, who believes these. */
async function connects(name: string, files: typeof oldFiles, ca: string): Promise<boolean> {
  const socket: TLSSocket = connect({ host: members.address(name), port: 2379, ca, ...files });
  try {
    await once(socket, 'secureConnect');
    // Of TLS 1.3 the server speaks its refusal afterwards.
    socket.write('GET /health HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n');
    const said: unknown = await once(socket, 'data').then(([first]: unknown[]) => first);
    return String(said).startsWith('HTTP/1.1 200');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
