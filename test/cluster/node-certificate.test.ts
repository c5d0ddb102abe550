import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { certificateFacts } from '#pki/leaf.ts';
import { hasIssued } from '#std/certificate.ts';
import { OpensslDesk } from '../pki/support/openssl-desk.ts';
import { CertificateStand } from './support/certificate-stand.ts';

const desk = new OpensslDesk();
afterAll(() => desk[Symbol.dispose]());

const DAY_MS = 86_400_000;
const ADDRESS = 'eu-west-3.certificate.control-plane-1.etcd';
const key = desk.key();
const request = desk.request('/CN=box-0', { key });
const otherRequest = desk.request('/CN=box-0');

let stand: CertificateStand;

beforeEach(() => {
  stand = new CertificateStand();
});

async function certified(): Promise<string> {
  stand.hello('box-0', { etcd: request });
  expect(await stand.apply()).toEqual([]);
  return certificateNow();
}

function certificateNow(): string {
  return stand.certificate?.certificate ?? '';
}

function publicKeyOf(certificate: string): string {
  return Buffer.from(certificateFacts(certificate).publicKey).toString('base64');
}

async function refusals(): Promise<readonly string[]> {
  return (await stand.apply()).map(({ detail }) => detail);
}

describe('a certificate', () => {
  test('is made from the request in the hello, in the name that the cluster gives', async () => {
    const certificate = await certified();
    expect(certificateFacts(certificate)).toMatchObject({
      commonName: 'control-plane-1',
      organizations: [],
      dnsNames: ['control-plane-1', 'localhost'],
      addresses: ['10.43.0.1', '127.0.0.1'],
      usages: ['server', 'client'],
    });
    expect(desk.text(certificate, '-pubkey')).toBe(desk.run('pkey', '-in', desk.file(key), '-pubout'));
    const atMs = Math.floor(stand.clock.wallMs() / 1_000);
    expect(desk.verdict(stand.authority, certificate, '-attime', String(atMs))).toBe('OK');
    expect(await stand.pending()).toEqual([]);
  });

  test('waits for a hello', async () => {
    expect((await stand.apply()).map(({ code }) => code)).toHaveLength(1);
    expect(stand.certificate).toBeUndefined();
    expect(stand.mailbox.names('box-0')).toEqual([]);
    await certified();
  });

  test('is made anew for another machine, from what that one says', async () => {
    const earlier = await certified();
    stand.hello('box-1', { etcd: desk.request('/CN=box-1') });
    expect(await stand.pending({ box: 'box-1' })).toEqual([`replace ${ADDRESS}: box changed`]);
    expect(await stand.apply({ box: 'box-1' })).toEqual([]);
    expect(publicKeyOf(certificateNow())).not.toBe(publicKeyOf(earlier));
    expect(await stand.pending({ box: 'box-1' })).toEqual([]);
  });
});

describe('a certificate in its last third', () => {
  test('is renewed by the next apply, for the same key, and once', async () => {
    const earlier = await certified();
    stand.clock.wallOffsetMs += 59 * DAY_MS;
    expect(await stand.pending()).toEqual([]);
    stand.clock.wallOffsetMs += 2 * DAY_MS;
    expect(await stand.pending()).toEqual([`update ${ADDRESS}: remainingLife changed outside of this program`]);
    expect(await stand.apply()).toEqual([]);
    expect(certificateNow()).not.toBe(earlier);
    expect(publicKeyOf(certificateNow())).toBe(publicKeyOf(earlier));
    expect(certificateFacts(certificateNow()).notAfterMs - stand.clock.wallMs()).toBeGreaterThan(89 * DAY_MS);
    expect(await stand.pending()).toEqual([]);
  });

  test('is renewed by whoever goes on after a crash', async () => {
    await certified();
    stand.clock.wallOffsetMs += 100 * DAY_MS;
    stand.restart();
    expect(await stand.apply()).toEqual([]);
    stand.restart();
    expect(await stand.pending()).toEqual([]);
    expect(stand.certificate?.remainingLife).toBe('ample');
  });

  test('is renewed though the mailbox is empty: nothing there is asked again', async () => {
    await certified();
    stand.mailbox.boxes.clear();
    stand.clock.wallOffsetMs += 61 * DAY_MS;
    expect(await stand.apply()).toEqual([]);
    expect(stand.certificate?.remainingLife).toBe('ample');
  });

  test('is not renewed by an authority that has expired, and the run says so', async () => {
    await certified();
    stand.clock.wallOffsetMs += 3_651 * DAY_MS;
    expect(await refusals()).toEqual([expect.stringContaining('The authority that signs has expired.')]);
  });
});

describe('a certificate that is to say something else', () => {
  test('is made anew for the same key when an address changes', async () => {
    const earlier = await certified();
    const moved = { overlayAddress: '10.43.0.7' };
    expect(await stand.pending(moved)).toEqual([`update ${ADDRESS}: addresses changed`]);
    expect(await stand.apply(moved)).toEqual([]);
    expect(certificateFacts(certificateNow()).addresses).toEqual(['10.43.0.7', '127.0.0.1']);
    expect(publicKeyOf(certificateNow())).toBe(publicKeyOf(earlier));
    expect(await stand.pending(moved)).toEqual([]);
  });

  test('is made anew when another authority signs', async () => {
    const earlier = await certified();
    expect(await stand.apply({ authorityName: 'etcd again' })).toEqual([]);
    expect(hasIssued(stand.authority, certificateNow())).toBe(true);
    expect(hasIssued(stand.authority, earlier)).toBe(false);
    expect(await stand.pending({ authorityName: 'etcd again' })).toEqual([]);
  });
});

describe('a certificate that a machine from before there was its purpose does not ask for', () => {
  const wanted = { ifAsked: true } as const;

  async function goneWithout(): Promise<void> {
    stand.hello('box-0', { kubelet: otherRequest });
    expect(await stand.apply(wanted)).toEqual([]);
  }

  test('is not made, and its machine stays', async () => {
    await goneWithout();
    expect(stand.certificate?.certificate).toBe('');
    expect(stand.mailbox.names('box-0')).toEqual(['hello']);
    expect(await stand.pending(wanted)).toEqual([]);
  });

  test('is not made later either, whoever comes to the mailbox, and whoever signs', async () => {
    await goneWithout();
    stand.hello('box-0', { etcd: request });
    stand.clock.wallOffsetMs += 400 * DAY_MS;
    stand.restart();
    expect(await stand.pending(wanted)).toEqual([]);
    expect(await stand.apply({ ...wanted, authorityName: 'etcd again' })).toEqual([]);
    expect(stand.certificate?.certificate).toBe('');
  });

  test('is made for the machine that takes its place and asks for it', async () => {
    await goneWithout();
    stand.hello('box-1', { etcd: desk.request('/CN=box-1') });
    expect(await stand.apply({ ...wanted, box: 'box-1' })).toEqual([]);
    expect(certificateFacts(certificateNow()).commonName).toBe('control-plane-1');
  });

  test('is refused like any other where it asks for what it must not have', async () => {
    stand.hello('box-0', { etcd: desk.request('/CN=box-1') });
    expect((await stand.apply(wanted)).length).toBe(1);
    expect(stand.mailbox.names('box-0')).toEqual(['given-up', 'hello']);
  });
});

describe('who tries to join as somebody else', () => {
  const NOT_ITS_OWN = 'The hello in its mailbox is not its own.';

  test('with the hello of another box is refused, and its machine given up', async () => {
    stand.hello('box-0', { etcd: desk.request('/CN=box-1') }, 'box-1');
    expect(await refusals()).toEqual([expect.stringContaining(NOT_ITS_OWN)]);
    expect(stand.mailbox.names('box-0')).toEqual(['given-up', 'hello']);
    expect(stand.certificate).toBeUndefined();
  });

  test('with the hello of its own earlier box, played again, is refused', async () => {
    await certified();
    const replayed = stand.mailbox.boxes.get('box-0')?.get('hello') ?? '';
    stand.mailbox.boxes.set('box-1', new Map([['hello', replayed]]));
    const problems = await stand.apply({ box: 'box-1' });
    expect(problems.map(({ detail }) => detail)).toEqual([expect.stringContaining(NOT_ITS_OWN)]);
    expect(stand.mailbox.names('box-1')).toEqual(['given-up', 'hello']);
  });

  test('as a machine older than the one that is wanted is not asked at all', async () => {
    stand.hello('box-0', { etcd: request });
    expect((await stand.apply({ box: 'box-1' })).length).toBe(1);
    expect(stand.certificate).toBeUndefined();
    expect(stand.mailbox.names('box-0')).toEqual(['hello']);
  });

  test.each([
    ['in the name of another box', desk.request('/CN=box-1'), 'is in the name of another.'],
    ['in the name of the node', desk.request('/CN=control-plane-1'), 'is in the name of another.'],
    ['for the group of administrators', desk.request('/O=system:masters/CN=box-0'), 'has a subject that is not one'],
    [
      'with more names',
      desk.request('/CN=box-0', { options: ['-addext', 'subjectAltName=DNS:kubernetes'] }),
      'asks for attributes or extensions.',
    ],
    [
      'as an authority',
      desk.request('/CN=box-0', { options: ['-addext', 'basicConstraints=critical,CA:TRUE'] }),
      'asks for attributes or extensions.',
    ],
    ['that was altered on its way', altered(request), 'is not signed with its own key.'],
    ['that cannot be read', 'nonsense', 'is not one in PEM.'],
  ])('with a request %s is refused, and its machine given up', async (_what, etcd, why) => {
    stand.hello('box-0', { etcd });
    expect(await refusals()).toEqual([expect.stringContaining(`Its certificate request for etcd ${why}`)]);
    expect(stand.mailbox.names('box-0')).toEqual(['given-up', 'hello']);
    expect(stand.certificate).toBeUndefined();
  });

  test('without a request is refused: nobody waits for one that never comes', async () => {
    stand.hello('box-0', { kubelet: request });
    expect(await refusals()).toEqual([expect.stringContaining('Its hello has no certificate request for etcd.')]);
  });

  test.each(['constructor', '__proto__'])('with a hello that has only %s to offer is refused', async (name) => {
    stand.mailbox.boxes.set('box-0', new Map([['hello', helloText(name)]]));
    expect((await stand.apply()).length).toBe(1);
    expect(stand.mailbox.names('box-0')).toEqual(['given-up', 'hello']);
  });

  test('once more, when the node is there, changes nothing: neither now nor when it is renewed', async () => {
    const earlier = await certified();
    stand.hello('box-0', { etcd: otherRequest });
    stand.restart();
    expect(await stand.pending()).toEqual([]);
    stand.clock.wallOffsetMs += 80 * DAY_MS;
    expect(await stand.apply()).toEqual([]);
    expect(await stand.apply({ overlayAddress: '10.43.0.9' })).toEqual([]);
    expect(publicKeyOf(certificateNow())).toBe(publicKeyOf(earlier));
  });

  test('at the same moment as the machine itself gets nothing beside it: one of the two keys is certified', async () => {
    stand.hello('box-0', { etcd: request });
    const read = stand.mailbox.read.bind(stand.mailbox);
    stand.mailbox.read = async (context, box, letter) => {
      const body = await read(context, box, letter);
      stand.hello('box-0', { etcd: otherRequest });
      return body;
    };
    expect(await stand.apply()).toEqual([]);
    expect(desk.text(certificateNow(), '-pubkey')).toBe(desk.run('pkey', '-in', desk.file(key), '-pubout'));
    stand.clock.wallOffsetMs += 80 * DAY_MS;
    expect(await stand.apply()).toEqual([]);
    expect(desk.text(certificateNow(), '-pubkey')).toBe(desk.run('pkey', '-in', desk.file(key), '-pubout'));
  });

  test('is refused also when word of it cannot be left', async () => {
    stand.hello('box-0', { etcd: 'nonsense' });
    stand.mailbox.write = () => Promise.reject(new CallError({ outcome: 'rejected', reason: 'denied', message: 'no' }));
    expect((await stand.apply()).length).toBe(1);
    expect(stand.certificate).toBeUndefined();
  });
});

function altered(pem: string): string {
  const at = pem.length - 60;
  return pem.slice(0, at) + (pem[at] === 'A' ? 'B' : 'A') + pem.slice(at + 1);
}

function helloText(name: string): string {
  return `{"format":1,"box":"box-0","keys":{"sshHost":"a","overlay":"b"},"requests":{"${name}":"x"}}`;
}
