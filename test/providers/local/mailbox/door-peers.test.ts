import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Peer, PeerList } from '#host/peer-board.ts';
import { boardRegister } from '#providers/local/board/board-register.ts';
import { sharedBeside } from '#providers/local/local-places.ts';
import { textOf } from '#host/board-text.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemRandom } from '#std/system-random.ts';
import { peer } from '../../../host/support/peers.ts';
import { statusOf } from './support/ask-door.ts';
import { DoorServer } from './support/door-server.ts';
import { curl } from './support/fetch-tool.ts';

test('the process at the door tells who is a peer, and nothing to whoever knows it', async () => {
  await using server = await DoorServer.open();
  const url = `http://127.0.0.1:${server.port}/peers`;
  expect(JSON.parse((await curl('-f', url)).heard.toString())).toEqual({ format: 1, peers: [] });
  const board = boardOf(server);
  let tag = await board.swap(textOf({ revision: 1, peers: [peer(1)] }), undefined);
  const [first, again] = [await told(url), await told(url)];
  expect(first.peers).toEqual([peer(1)]);
  expect(again.etag).toBe(first.etag);
  expect(await told(url, first.etag)).toEqual({ status: '304', etag: first.etag, peers: undefined });
  tag = await board.swap(textOf({ revision: 2, peers: [peer(1), peer(2)] }), tag);
  const changed = await told(url, first.etag);
  expect(changed).toMatchObject({ status: '200', peers: [peer(1), peer(2)] });
  expect(changed.etag).not.toBe(first.etag);
  // As it was, whatever came between.
  await board.swap(textOf({ revision: 3, peers: [peer(1)] }), tag);
  expect(await told(url, first.etag)).toMatchObject({ status: '304' });
});

test('the tool that machines have asks with the tag that it was told', async () => {
  await using server = await DoorServer.open();
  const url = `http://127.0.0.1:${server.port}/peers`;
  const tag = join(server.ground, 'tag');
  const ask = () => curl('-f', '--etag-compare', tag, '--etag-save', tag, url);
  await writeFile(tag, '');
  const board = boardOf(server);
  const first = await board.swap(textOf({ revision: 1, peers: [peer(1)] }), undefined);
  expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual(['200', '304', '304']);
  await board.swap(textOf({ revision: 2, peers: [peer(2)] }), first);
  expect([(await ask()).status, (await ask()).status]).toEqual(['200', '304']);
});

test.each([
  ['W/TAG', '304 Not Modified'],
  ['"other", TAG', '304 Not Modified'],
  ['*', '304 Not Modified'],
  ['"other"', '200 OK'],
  ['', '200 OK'],
])('who knows %s is told %s', async (known, status) => {
  await using server = await DoorServer.openInside();
  const answer = await server.ask('GET /peers HTTP/1.1\r\n\r\n');
  const tag = /^ETag: (.*)$/m.exec(answer)?.[1]?.trim() ?? '';
  const ask = `GET /peers HTTP/1.1\r\nIf-None-Match: ${known.replace('TAG', tag)}\r\n\r\n`;
  expect(statusOf(await server.ask(ask))).toBe(`HTTP/1.1 ${status}`);
});

test('a list that is not whole is not given out', async () => {
  await using server = await DoorServer.openInside();
  await boardOf(server).swap('{}', undefined);
  expect(statusOf(await server.ask('GET /peers HTTP/1.1\r\n\r\n'))).toBe('HTTP/1.1 500 Internal Server Error');
});

test('no machine writes who is a peer', async () => {
  await using server = await DoorServer.openInside();
  const answer = await server.ask('PUT /peers HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}');
  expect(statusOf(answer)).toBe('HTTP/1.1 405 Method Not Allowed');
});

function boardOf({ box }: DoorServer) {
  return boardRegister({ files: new SystemFiles(), random: new SystemRandom() }, sharedBeside(box).board);
}

interface Told {
  readonly status: string;
  readonly etag: string;
  readonly peers: readonly Peer[] | undefined;
}

async function told(url: string, known?: string): Promise<Told> {
  const asked = known === undefined ? [] : ['-H', `If-None-Match: ${known}`];
  const { status, heard } = await curl('-f', '-i', ...asked, url);
  const [head = '', body = ''] = heard.toString().split('\r\n\r\n');
  const etag = /^ETag: (.*)$/m.exec(head)?.[1]?.trim() ?? '';
  return { status, etag, peers: body === '' ? undefined : PeerList.parse(JSON.parse(body)).peers };
}
