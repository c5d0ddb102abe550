import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Peer } from '#host/peer-board.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../../cloud-init/node/peers-apply.py', import.meta.url));

/** Notes what it is told, in the place of a kernel. */
const WG = '#!/bin/sh\n[ "$1 $2" = "syncconf bootstrap0" ] && cat "$3" >"$BOOTSTRAP_ROOT/told"\n';
/** The same for routes; those that are there already are in a file. */
const IP = `#!/bin/sh
case $* in
'-4 route show dev bootstrap0 proto 98') cat "$BOOTSTRAP_ROOT/routes" ;;
'-batch -') cat >"$BOOTSTRAP_ROOT/changes" ;;
*) exit 1 ;;
esac
`;
const OWN_KEY = key('own');

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bootstrap-peers-'));
  await mkdir(join(root, 'etc/bootstrap/secrets'), { recursive: true });
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin/wg'), WG, { mode: 0o755 });
  await writeFile(join(root, 'bin/ip'), IP, { mode: 0o755 });
  await writeFile(join(root, 'routes'), '');
  await writeFile(join(root, 'etc/bootstrap/overlay.key'), `${key('private')}\n`);
  await writeFile(join(root, 'etc/bootstrap/overlay.pub'), `${OWN_KEY}\n`);
  await writeFile(join(root, 'etc/bootstrap/secrets/overlay-psk'), `${key('shared')}\n`);
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

test('a list becomes the whole of the interface, without this node itself', async () => {
  const own = { ...peer(1), publicKey: OWN_KEY };
  const far = { ...peer(3), region: 'two' };
  const hidden = { ...peer(4), endpoints: { near: '', far: '' } };
  expect(await apply([own, peer(2), far, hidden])).toBe(`[Interface]
PrivateKey = ${key('private')}
ListenPort = 51820

# node-2
[Peer]
PublicKey = ${key('2')}
PresharedKey = ${key('shared')}
AllowedIPs = 10.98.0.2/32, 10.97.2.0/24
Endpoint = 10.99.0.2:51820
PersistentKeepalive = 25

# node-3
[Peer]
PublicKey = ${key('3')}
PresharedKey = ${key('shared')}
AllowedIPs = 10.98.0.3/32, 10.97.3.0/24
Endpoint = 203.0.113.3:51820
PersistentKeepalive = 25

# node-4
[Peer]
PublicKey = ${key('4')}
PresharedKey = ${key('shared')}
AllowedIPs = 10.98.0.4/32, 10.97.4.0/24
PersistentKeepalive = 25
`);
});

test('whoever is in another region has routes of his own, as long as he is there', async () => {
  await writeFile(join(root, 'routes'), '10.97.3.0/24 scope link src 10.98.0.1 mtu 1420 \n10.98.0.3 scope link \n');
  await apply([peer(2), { ...peer(4), region: 'two' }]);
  expect(await readFile(join(root, 'changes'), 'utf8')).toBe(`route del 10.97.3.0/24 dev bootstrap0 proto 98
route del 10.98.0.3/32 dev bootstrap0 proto 98
route replace 10.97.4.0/24 dev bootstrap0 proto 98 src 10.98.0.1 mtu 1420
route replace 10.98.0.4/32 dev bootstrap0 proto 98 src 10.98.0.1 mtu 1420
`);
  await rm(join(root, 'changes'));
  await apply([peer(2), { ...peer(3), region: 'two' }]);
  await expect(readFile(join(root, 'changes'))).rejects.toThrow('ENOENT');
  await writeFile(join(root, 'routes'), '');
});

test('a list of nobody leaves nobody', async () => {
  expect(await apply([])).toBe(`[Interface]\nPrivateKey = ${key('private')}\nListenPort = 51820\n`);
});

test('a thousand nodes are a list like any other', async () => {
  const many = Array.from({ length: 1_000 }, (_, place) => peer(place + 2));
  expect((await apply(many)).match(/^\[Peer\]$/gm)).toHaveLength(1_000);
});

const refusals: readonly (readonly [string, unknown, string])[] = [
  ['the same name twice', [peer(2), { ...peer(3), node: 'node-2' }], 'node-2 and node-2 have the same node'],
  ['one box twice', [peer(2), { ...peer(3), box: 'box-2' }], 'node-2 and node-3 have the same box'],
  ['one key twice', [peer(2), { ...peer(3), publicKey: key('2') }], 'node-2 and node-3 have the same publicKey'],
  [
    'one address twice',
    [peer(2), { ...peer(3), overlayAddress: '10.98.0.2' }],
    'node-2 and node-3 have the same overlayAddress',
  ],
  [
    'the same pods twice',
    [peer(2), { ...peer(3), podCidr: '10.97.2.0/24' }],
    'node-2 and node-3 have pods in the same range',
  ],
  [
    'pods within others',
    [peer(2), { ...peer(3), podCidr: '10.97.2.128/25' }],
    'node-2 and node-3 have pods in the same range',
  ],
  [
    'pods around all others',
    [peer(2), { ...peer(3), podCidr: '10.97.0.0/16' }],
    'node-3 and node-2 have pods in the same range',
  ],
  ["this node's pods", [{ ...peer(2), podCidr: '10.97.1.0/24' }], "node-2 has pods in this node's range"],
  ["this node's address", [{ ...peer(2), overlayAddress: '10.98.0.1' }], "node-2 has this node's overlayAddress"],
  ["this node's key", [{ ...peer(2), publicKey: OWN_KEY }], "node-2 has this node's publicKey"],
  ['everything as pods', [{ ...peer(2), podCidr: '0.0.0.0/0' }], 'node-2 has pods outside their range'],
  ['the overlay as pods', [{ ...peer(2), podCidr: '10.98.0.0/24' }], 'node-2 has pods outside their range'],
  [
    'pods with a host in their range',
    [{ ...peer(2), podCidr: '10.97.2.1/24' }],
    "'10.97.2.1/24' is no range of addresses",
  ],
  ['an address outside', [{ ...peer(2), overlayAddress: '10.20.0.5' }], 'node-2 has an address outside the overlay'],
  [
    'a range as an address',
    [{ ...peer(2), overlayAddress: '10.98.0.0/24' }],
    'node-2 has an address outside the overlay',
  ],
  ['a line within a name', [{ ...peer(2), node: 'node-2\n[Peer]' }], 'a peer has a name that is none'],
  ['a line within an endpoint', [at('10.0.0.1:1\nAllowedIPs = 0.0.0.0/0')], 'node-2 has an endpoint that is none'],
  ['a name as an endpoint', [at('example.test:51820')], 'node-2 has an endpoint that is none'],
  ['an endpoint without a port', [at('10.0.0.1')], 'node-2 has an endpoint that is none'],
  ['an endpoint with a port that is none', [at('10.0.0.1:65536')], 'node-2 has an endpoint that is none'],
  ['a short key', [{ ...peer(2), publicKey: 'short' }], 'node-2 has no key'],
  [
    'a key that is spelt differently',
    [{ ...peer(2), publicKey: `${'A'.repeat(42)}B=` }],
    'node-2 has its key in another spelling',
  ],
  ['a member too many', [{ ...peer(2), allowedIps: '0.0.0.0/0' }], 'a peer has another form'],
  ['a member too few', [{ node: 'node-2' }], 'a peer has another form'],
  ['a number for a text', [{ ...peer(2), box: 2 }], 'a peer has another form'],
  ['no list', 'nobody', 'it has another format'],
];

test.each(refusals)('a list with %s is refused whole', async (_, peers, reason) => {
  await rm(join(root, 'told'), { force: true });
  await expect(apply(peers)).rejects.toMatchObject({ code: 1, stderr: `The list of peers is refused: ${reason}\n` });
  await expect(readFile(join(root, 'told'))).rejects.toThrow('ENOENT');
});

const noLists = {
  nothing: '',
  'a list alone': '[]',
  'an empty object': '{}',
  'another format': '{"format":2,"peers":[]}',
  depth: '['.repeat(100_000),
};

test.each(Object.entries(noLists))('%s is no list of peers', async (_, text) => {
  await expect(applyText(text)).rejects.toThrow('The list of peers is refused: it ');
});

function apply(peers: unknown): Promise<string> {
  return applyText(JSON.stringify({ format: 1, peers }));
}

/** What WireGuard is told. */
async function applyText(text: string): Promise<string> {
  const list = join(root, 'list');
  await writeFile(list, text);
  const env = {
    PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
    BOOTSTRAP_ROOT: root,
    NODE: 'node-1',
    REGION: 'one',
    OVERLAY_ADDRESS: '10.98.0.1',
    OVERLAY_RANGE: '10.98.0.0/16',
    OVERLAY_PORT: '51820',
    OVERLAY_MTU: '1420',
    POD_CIDR: '10.97.1.0/24',
    POD_RANGE: '10.96.0.0/15',
  };
  await run('python3', ['-B', SCRIPT, list], { env });
  return readFile(join(root, 'told'), 'utf8');
}

function at(near: string): unknown {
  return { ...peer(2), endpoints: { near, far: near } };
}

function peer(number: number): Peer {
  const [high, low] = [Math.floor(number / 250), number % 250];
  return {
    node: `node-${number}`,
    box: `box-${number}`,
    publicKey: key(String(number)),
    overlayAddress: `10.98.${high}.${low}`,
    podCidr: number < 250 ? `10.97.${number}.0/24` : `10.96.${Math.floor(number / 8)}.${(number % 8) * 32}/27`,
    region: 'one',
    endpoints: { near: `10.99.${high}.${low}:51820`, far: `203.0.113.${low}:51820` },
  };
}

function key(of: string): string {
  return Buffer.from(of.padEnd(32, '.')).toString('base64');
}
