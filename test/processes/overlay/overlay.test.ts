import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { good } from '../etcd/etcd-members.ts';
import { OverlayMesh, type OverlayNode } from './overlay-mesh.ts';

/** The headers of IP and of a ping. */
const ICMP_BYTES = 28;

let mesh: OverlayMesh;

beforeAll(async () => {
  mesh = await OverlayMesh.open(3);
});

afterAll(async () => {
  await mesh[Symbol.asyncDispose]();
});

test('the stage is done before anybody has told of peers', async () => {
  await mesh.openMailbox();
  for (const { machine } of mesh.nodes) good(await machine.stage('overlay'));
  const { network, peer } = mesh.node(1);
  const link = await network.run('ip', 'address', 'show', 'bootstrap0');
  expect(link).toContain(' mtu 8921 ');
  expect(link).toContain(` ${peer.overlayAddress}/32 `);
  const routes = await network.run('ip', 'route', 'show', 'dev', 'bootstrap0');
  expect(routes.trim().split(/\s*\n/)).toEqual([
    '10.97.0.0/16 scope link src 10.98.0.1',
    '10.98.0.0/16 scope link src 10.98.0.1',
  ]);
});

test('once the mailbox lists them, each reaches each', async () => {
  await mesh.publish(mesh.peers);
  await everyoneReachesEveryone();
  const { network } = mesh.node(1);
  const dump = await network.run('wg', 'show', 'bootstrap0', 'dump');
  const [, ...lines] = dump.trim().split('\n');
  const peers = lines.map((line) => line.split('\t'));
  const told = peers.map(([, psk, endpoint, allowed, , , , keepalive]) =>
    [psk !== '(none)', endpoint, allowed, keepalive].join(' '),
  );
  expect(told.toSorted()).toEqual([
    'true 10.99.0.2:51820 10.98.0.2/32,10.97.2.0/24 25',
    'true 10.99.0.3:51820 10.98.0.3/32,10.97.3.0/24 25',
  ]);
});

test('packets are as large as the way: within the region, and to another one', async () => {
  const [one, two, three] = [mesh.node(1), mesh.node(2), mesh.node(3)];
  // Nothing larger than this comes through undivided, and that does.
  const fits = (to: OverlayNode, mtu: number): Promise<string> =>
    one.network.run('ping', '-c', '1', '-W', '2', '-M', 'do', '-s', String(mtu - ICMP_BYTES), to.peer.overlayAddress);
  for (const [to, mtu] of [
    [two, 8_921],
    [three, 1_380],
  ] as const) {
    expect(await fits(to, mtu)).toContain(' 0% packet loss');
    await expect(fits(to, mtu + 1)).rejects.toThrow(/message too long|Message too long|100% packet loss/);
  }
  const routes = await one.network.run('ip', 'route', 'show', 'dev', 'bootstrap0');
  expect(routes.match(/^.* mtu .*$/gm)?.map((line) => line.trim())).toEqual([
    '10.97.3.0/24 proto 98 scope link src 10.98.0.1 mtu 1380',
    '10.98.0.3 proto 98 scope link src 10.98.0.1 mtu 1380',
  ]);
});

test('what pods send out of the overlay is masqueraded, and nothing else', async () => {
  const { network } = mesh.node(1);
  const rules = await network.run('nft', 'list', 'table', 'ip', 'bootstrap-overlay');
  expect(rules).toContain('oifname "bootstrap0" accept');
  expect(rules).toContain('ip saddr 10.97.1.0/24 ip daddr != 10.98.0.0/16 ip daddr != 10.97.0.0/16 masquerade');
});

test('a node that is not on the list any more is cut off; between the others no packet is lost', async () => {
  const [one, two, three] = [mesh.node(1), mesh.node(2), mesh.node(3)];
  const pinging = one.network.run('ping', '-q', '-i', '0.02', '-c', '300', two.peer.overlayAddress);
  for (let turn = 0; turn < 3; turn += 1) {
    await mesh.publish([one.peer, two.peer]);
    await mesh.until('node 3 to be cut off', async () => !(await knows(one, three)));
    await mesh.publish(mesh.peers);
    await mesh.until('node 3 to be back', () => knows(one, three));
  }
  expect(await pinging).toContain('300 packets transmitted, 300 received, 0% packet loss');
  await mesh.publish([one.peer, two.peer]);
  await mesh.until('node 3 to be cut off', async () => !(await mesh.reaches(one, three)));
  expect(await mesh.reaches(one, two)).toBe(true);
  await mesh.publish(mesh.peers);
  await everyoneReachesEveryone();
});

test('a list in which two have the same pods is refused whole, and the last good one stays', async () => {
  const [one, two, three] = [mesh.node(1), mesh.node(2), mesh.node(3)];
  await mesh.publish([one.peer, two.peer, { ...three.peer, podCidr: two.peer.podCidr }]);
  await mesh.until('a refusal', async () => (await log(one)).includes('node-2 and node-3 have pods in the same range'));
  expect(await knows(one, three)).toBe(true);
  expect(await mesh.reaches(one, three)).toBe(true);
  await mesh.publish(mesh.peers);
  await mesh.until('the good list to be confirmed', async () =>
    (await log(one)).trimEnd().endsWith('The list is confirmed.'),
  );
});

test('without a mailbox nothing changes, not even when all lose their power', async () => {
  await mesh.closeMailbox();
  await mesh.until('nobody to answer', async () => (await log(mesh.node(1))).includes('No list from the mailbox'));
  await sleep(2_000);
  await everyoneReachesEveryone();
  for (const { machine, network } of mesh.nodes) {
    await machine.crash();
    await network.run('ip', 'link', 'delete', 'bootstrap0');
  }
  expect(await mesh.reaches(mesh.node(1), mesh.node(2))).toBe(false);
  for (const { machine } of mesh.nodes) await machine.boot();
  await everyoneReachesEveryone();
});

test('one who has not the key that all share reaches nobody', async () => {
  const [one, two] = [mesh.node(1), mesh.node(2)];
  await mesh.openMailbox();
  const secret = 'etc/bootstrap/secrets/overlay-psk';
  await two.machine.write(secret, `${Buffer.alloc(32, 'x').toString('base64')}\n`);
  await two.machine.crash();
  await two.network.run('ip', 'link', 'delete', 'bootstrap0');
  await two.machine.boot();
  await mesh.until('the link', async () => (await two.network.run('ip', 'link')).includes('bootstrap0'));
  await sleep(2_000);
  expect(await mesh.reaches(two, one)).toBe(false);
  expect(await mesh.reaches(mesh.node(3), one)).toBe(true);
});

async function everyoneReachesEveryone(): Promise<void> {
  for (const from of mesh.nodes) {
    for (const to of mesh.nodes) {
      if (from !== to) await mesh.until(`${from.peer.node} to reach ${to.peer.node}`, () => mesh.reaches(from, to));
    }
  }
}

async function knows({ network }: OverlayNode, { peer }: OverlayNode): Promise<boolean> {
  return (await network.run('wg', 'show', 'bootstrap0', 'peers')).includes(peer.publicKey);
}

function log({ machine }: OverlayNode): Promise<string> {
  return machine.log('bootstrap-peers.service');
}
