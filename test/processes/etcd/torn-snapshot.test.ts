import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EtcdMembers, good } from './etcd-members.ts';

const NAME = 'control-plane-1';
const REVISION = 5;
const PIECE_BYTES = 32_768;
const DATABASE = randomBytes(3 * PIECE_BYTES + 7);
const WHOLE = Buffer.concat([DATABASE, createHash('sha256').update(DATABASE).digest()]);

let members: EtcdMembers;
let etcd: Server;
/** The lines that whoever asks for a snapshot is sent. */
let lines: readonly string[] = [];

/** No real etcd breaks off when a test wants it: here is one that leads itself, and sends as much as it is told. */
beforeAll(async () => {
  members = await EtcdMembers.open(21);
  const machine = await members.add(NAME, 'new', [NAME]);
  const pki = (file: string): Promise<Buffer> => readFile(machine.path(`etc/bootstrap/pki/${file}`));
  // As the stage of etcd leaves it: nobody else is to be believed.
  await machine.write('var/lib/bootstrap/etcd-believes', String(await pki('etcd-ca.crt')));
  etcd = createServer({ key: await pki('etcd.key'), cert: await pki('etcd.crt') }, (request, response) => {
    request.resume();
    if (request.url === '/v3/maintenance/snapshot') response.end(lines.map((line) => `${line}\n`).join(''));
    else response.end(JSON.stringify(ANSWERS[request.url ?? '']));
  });
  const settings = await readFile(machine.path('etc/bootstrap/node.env'), 'utf8');
  const host = /ETCD_LOOPBACK='?([\d.]+)/.exec(settings)?.[1] ?? '';
  await once(etcd.listen(2379, host), 'listening');
});

afterAll(async () => {
  etcd.close();
  etcd.closeAllConnections();
  await members[Symbol.asyncDispose]();
});

const ANSWERS: Readonly<Record<string, object>> = {
  '/v3/maintenance/status': { header: { member_id: '7', revision: String(REVISION) }, leader: '7' },
  '/v3/cluster/member/list': { members: [{ ID: '7', name: NAME, peerURLs: [], clientURLs: [] }] },
  '/health': { health: 'true' },
};

function piecesOf(bytes: Buffer): readonly string[] {
  const starts = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, index) => index * PIECE_BYTES);
  const blobs = starts.map((start) => bytes.subarray(start, start + PIECE_BYTES).toString('base64'));
  return blobs.map((blob) => JSON.stringify({ result: { remaining_bytes: '0', blob } }));
}

async function sent(): Promise<{ readonly said: string; readonly received: readonly Buffer[] }> {
  const said = good(await members.machine(NAME).care());
  return { said, received: [...members.mailbox.received.values()] };
}

test.each([
  ['without its end', piecesOf(WHOLE.subarray(0, -1)), 'what etcd sent is not whole'],
  ['without its digest', piecesOf(DATABASE), 'what etcd sent is not whole'],
  ['with another byte in it', piecesOf(Buffer.concat([randomBytes(1), WHOLE.subarray(1)])), 'is not whole'],
  ['of nothing at all', [], 'what etcd sent is not whole'],
  ['that etcd gives up', [...piecesOf(WHOLE).slice(0, 1), '{"error":{"message":"no leader"}}'], 'no leader'],
])('a snapshot %s is sent to nobody', async (_, given, reason) => {
  lines = given;
  const { said, received } = await sent();
  expect(said).toMatch(new RegExp(`No snapshot of revision ${REVISION}: .*${reason}`));
  expect(received).toEqual([]);
});

test('one that is whole is sent as it is, and nothing of it stays on the machine', async () => {
  lines = piecesOf(WHOLE);
  const { said, received } = await sent();
  expect(said).toContain(`Snapshot of revision ${REVISION} sent.`);
  expect(received).toEqual([WHOLE]);
  const state = await readdir(members.machine(NAME).path('var/lib/bootstrap'));
  expect(state.filter((name) => name.includes('snapshot'))).toEqual(['etcd-snapshot-sent']);
});
