import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SNAPSHOTS_MAX } from '#providers/local/mailbox/snapshot-keeping.ts';
import { statusOf } from './support/ask-door.ts';
import { DoorServer } from './support/door-server.ts';
import { begun, curl, startCurl } from './support/fetch-tool.ts';

const MIB = 2 ** 20;
const MEMBER = { certificates: { etcd: { certificate: 'PEM', authority: 'PEM' } } };

describe('the process at the door', () => {
  test('takes in a snapshot of more than 64 MB, once', async () => {
    await using server = await openFor(MEMBER);
    const content = randomBytes(80 * MIB + 32);
    expect(await put(server, 'etcd-1042', content)).toMatchObject({ code: 0, status: '201' });
    expect(await snapshotsIn(server)).toEqual(['etcd-1042']);
    const path = join(server.ground, 'snapshots', 'etcd-1042');
    expect(digestOf(await readFile(path))).toBe(digestOf(content));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await put(server, 'etcd-1042', randomBytes(MIB))).toMatchObject({ status: '409' });
    expect((await stat(path)).size).toBe(content.length);
  });

  test('keeps nothing of one that breaks off', async () => {
    await using server = await openFor(MEMBER);
    const file = join(server.ground, 'saved');
    await writeFile(file, randomBytes(40 * MIB));
    const url = `http://127.0.0.1:${server.port}/snapshots/etcd-7`;
    const cut = startCurl('--limit-rate', '4M', '-T', file, url);
    await begun(async () => {
      const [draft] = await snapshotsIn(server);
      return draft === undefined ? undefined : join(server.ground, 'snapshots', draft);
    });
    cut.kill();
    expect((await cut.ended).code).toBeNull();
    await server.quiet();
    expect(await snapshotsIn(server)).toEqual([]);
  });

  test('takes in one of two that come at once for a revision', async () => {
    await using server = await openFor(MEMBER);
    const contents = [randomBytes(20 * MIB), randomBytes(20 * MIB)];
    const answers = await Promise.all(contents.map((content, index) => put(server, 'etcd-7', content, `${index}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['201', '409']);
    const winner = contents[answers.findIndex(({ status }) => status === '201')] ?? Buffer.alloc(0);
    expect(digestOf(await readFile(join(server.ground, 'snapshots', 'etcd-7')))).toBe(digestOf(winner));
    expect(await snapshotsIn(server)).toEqual(['etcd-7']);
  });

  test('takes one from a node whose welcome is gone, as the letter in its place allows', async () => {
    await using server = await openFor(undefined);
    await writeFile(join(server.box, 'settled-abc'), JSON.stringify({ format: 1, certificates: ['etcd'] }));
    expect(await put(server, 'etcd-7', randomBytes(MIB))).toMatchObject({ status: '201' });
  });

  test.each([
    ['a node without etcd', { certificates: {} }],
    ['a welcome of another kind', { certificates: 'etcd' }],
    ['a machine that is not welcome yet', undefined],
  ])('takes none from %s', async (_whom, welcome) => {
    await using server = await openFor(welcome);
    expect(await put(server, 'etcd-7', randomBytes(2 * MIB))).toMatchObject({ status: '403' });
    expect(await readdir(server.ground)).not.toContain('snapshots');
  });
});

test.each([
  ['without a length', 'etcd-7', 'Transfer-Encoding: chunked', '411 Length Required'],
  ['with no word of its length', 'etcd-7', 'Host: box', '411 Length Required'],
  ['of no byte', 'etcd-7', 'Content-Length: 0', '400 Bad Request'],
  ['of more than 512 MiB', 'etcd-7', `Content-Length: ${512 * MIB + 1}`, '413 Content Too Large'],
  ['without a revision', 'etcd-', 'Content-Length: 1', '404 Not Found'],
  ['of revision nothing', 'etcd-0', 'Content-Length: 1', '404 Not Found'],
  ['of a revision in two spellings', 'etcd-07', 'Content-Length: 1', '404 Not Found'],
  ['of a revision that leads up', 'etcd-7/../../x', 'Content-Length: 1', '404 Not Found'],
  ['of another kind', 'ceph-7', 'Content-Length: 1', '404 Not Found'],
])('a snapshot %s is refused', async (_what, name, header, status) => {
  await using server = await openFor(MEMBER, 'inside');
  const answer = await server.ask(`PUT /snapshots/${name} HTTP/1.1\r\n${header}\r\n\r\nx`);
  expect(statusOf(answer)).toBe(`HTTP/1.1 ${status}`);
  expect(await readdir(server.ground)).not.toContain('snapshots');
});

test('nobody reads a snapshot here', async () => {
  await using server = await openFor(MEMBER, 'inside');
  const answer = await server.ask('GET /snapshots/etcd-7 HTTP/1.1\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: PUT\r\n/);
});

test('the old ones make room, and what a writer left that was killed', async () => {
  await using server = await openFor(MEMBER, 'inside');
  const directory = join(server.ground, 'snapshots');
  await mkdir(directory);
  const now = Date.now();
  for (let index = 1; index <= 200; index += 1)
    await old(join(directory, `etcd-${index}`), now - (200 - index) * 60_000);
  await old(join(directory, '.left'), now - 2 * 3_600_000);
  await old(join(directory, '.lately'), now - 60_000);
  const answer = await server.ask('PUT /snapshots/etcd-201 HTTP/1.1\r\nContent-Length: 1\r\n\r\nx');
  expect(statusOf(answer)).toBe('HTTP/1.1 201 Created');
  const left = await readdir(directory);
  expect(left).toContain('etcd-201');
  expect(left).toContain('.lately');
  expect(left).not.toContain('.left');
  const newest = Array.from({ length: 60 }, (_, index) => `etcd-${201 - index}`);
  expect(left).toEqual(expect.arrayContaining(newest));
  expect(left.length - 1).toBeLessThanOrEqual(SNAPSHOTS_MAX);
  expect(left.length - 1).toBeGreaterThan(newest.length);
});

async function openFor(welcome: object | undefined, where?: 'inside'): Promise<DoorServer> {
  const server = await (where === 'inside' ? DoorServer.openInside() : DoorServer.open());
  if (welcome !== undefined) await writeFile(join(server.box, 'welcome'), JSON.stringify(welcome));
  return server;
}

async function put(server: DoorServer, name: string, content: Uint8Array, file = 'saved') {
  const path = join(server.ground, file);
  await writeFile(path, content);
  return curl('-T', path, `http://127.0.0.1:${server.port}/snapshots/${name}`);
}

function snapshotsIn({ ground }: DoorServer): Promise<readonly string[]> {
  return readdir(join(ground, 'snapshots'));
}

async function old(path: string, atMs: number): Promise<void> {
  await writeFile(path, 'x');
  await utimes(path, atMs / 1_000, atMs / 1_000);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
