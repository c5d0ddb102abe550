import { spawn } from 'node:child_process';
import { rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { putting, statusOf } from './support/ask-door.ts';
import { DoorServer, doorArguments, heardOn, say } from './support/door-server.ts';

const HELLO = { format: 1, box: 'box', keys: { sshHost: 'ssh-ed25519 AAAA', overlay: 'key' }, requests: {} };

describe('the process at the door of a box', () => {
  test('takes each letter of the machine once, whole, and for its owner alone', async () => {
    await using server = await DoorServer.open();
    const answer = await server.put('hello', HELLO);
    expect(answer).toBe('HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    expect(statusOf(await server.put('hello', { ...HELLO, box: 'other' }))).toBe('HTTP/1.1 409 Conflict');
    expect(statusOf(await server.put('stage-01-network', {}))).toBe('HTTP/1.1 201 Created');
    expect(await server.letters()).toEqual(['hello', 'stage-01-network']);
    expect(JSON.parse(await server.letter('hello'))).toEqual(HELLO);
    expect((await stat(join(server.box, 'hello'))).mode & 0o777).toBe(0o600);
  });

  test('gives out the welcome when there is one, and says that it is there', async () => {
    await using server = await DoorServer.open();
    expect(await server.ask('GET / HTTP/1.1\r\n\r\n')).toBe('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n');
    expect(statusOf(await server.ask('GET /letters/welcome HTTP/1.1\r\n\r\n'))).toBe('HTTP/1.1 404 Not Found');
    await writeFile(join(server.box, 'welcome'), '{"node":"wörker-1"}');
    expect(await server.ask('GET /letters/welcome HTTP/1.1\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"node":"wörker-1"}',
    );
  });

  test('asks a machine to leave, and hears that it has left when it was asked to', async () => {
    await using server = await DoorServer.open();
    const left = { format: 1, box: 'box' };
    expect(statusOf(await server.ask('GET /letters/leave HTTP/1.1\r\n\r\n'))).toBe('HTTP/1.1 404 Not Found');
    expect(statusOf(await server.put('left', left))).toBe('HTTP/1.1 403 Forbidden');
    await writeFile(join(server.box, 'leave'), '{"format":1}');
    expect(await server.ask('GET /letters/leave HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\{"format":1\}$/s);
    expect(statusOf(await server.put('left', left))).toBe('HTTP/1.1 201 Created');
    expect(statusOf(await server.put('left', left))).toBe('HTTP/1.1 409 Conflict');
    expect(await server.letters()).toEqual(['leave', 'left']);
  });

  test('gives a machine renewed certificates by their numbers, and hears what it says to those that there are', async () => {
    await using server = await DoorServer.open();
    const answer = { format: 1, box: 'box' };
    expect(statusOf(await server.ask('GET /letters/renewal-01 HTTP/1.1\r\n\r\n'))).toBe('HTTP/1.1 404 Not Found');
    await writeFile(join(server.box, 'renewal-01'), '{"format":1}');
    expect(await server.ask('GET /letters/renewal-01 HTTP/1.1\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*\{"format":1\}$/s,
    );
    expect(statusOf(await server.put('renewed-01', answer))).toBe('HTTP/1.1 201 Created');
    expect(statusOf(await server.put('renewed-01', answer))).toBe('HTTP/1.1 409 Conflict');
    expect(statusOf(await server.put('refused-02', answer))).toBe('HTTP/1.1 403 Forbidden');
    expect(statusOf(await server.put('renewal-02', answer))).toBe('HTTP/1.1 405 Method Not Allowed');
    expect(await server.letters()).toEqual(['renewal-01', 'renewed-01']);
  });

  test('is one writer of a letter also when five come at once', async () => {
    await using server = await DoorServer.open();
    const bodies = Array.from({ length: 5 }, (_, writer) => JSON.stringify({ writer, filler: 'x'.repeat(5_000) }));
    const answers = await Promise.all(bodies.map((body) => server.put('hello', body)));
    const statuses = answers.map(statusOf).toSorted();
    expect(statuses).toEqual(['HTTP/1.1 201 Created', ...Array.from({ length: 4 }, () => 'HTTP/1.1 409 Conflict')]);
    expect(await server.letters()).toEqual(['hello']);
    expect(bodies[answers.findIndex((answer) => answer.includes('201'))]).toBe(await server.letter('hello'));
  });

  test('says a word to one who waits for it before the body', async () => {
    await using server = await DoorServer.open();
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    const answer = heardOn(socket);
    await say(socket, putting('Content-Length: 2\r\nExpect: 100-continue', ''));
    await new Promise((resolve) => {
      socket.once('data', resolve);
    });
    await say(socket, '{}');
    expect(await answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 Created\r\n/);
  });

  test('serves pipes as well, and ends by itself', async () => {
    await using server = await DoorServer.open();
    const door = spawn(process.execPath, doorArguments(server.box), { stdio: 'pipe' });
    let heard = '';
    door.stdout.setEncoding('utf8').on('data', (piece: string) => {
      heard += piece;
    });
    door.stdin.end(putting('Content-Length: 2', '{}'));
    const code = await new Promise((resolve) => {
      door.once('close', resolve);
    });
    expect([code, statusOf(heard)]).toEqual([0, 'HTTP/1.1 201 Created']);
  });
});

describe('a process that meets a machine that means harm', () => {
  test('hears out one who is slow, and takes what it says', async () => {
    await using server = await DoorServer.open();
    const pieces = putting('Content-Length: 7', '{"a":1}').split('');
    expect(statusOf(await server.ask(...pieces))).toBe('HTTP/1.1 201 Created');
    expect(await server.letter('hello')).toBe('{"a":1}');
  });

  test('says why a letter is too long also while it is still being sent', async () => {
    await using server = await DoorServer.open();
    const answer = await server.ask(putting('Content-Length: 400000', 'x'.repeat(400_000)));
    expect(statusOf(answer)).toBe('HTTP/1.1 413 Content Too Large');
  });

  test.each([
    ['a name that leads up', putting('Content-Length: 2', '{}', '../../hello'), '404 Not Found'],
    ['garbage', '\u0000\u0001\u0002 not a request\r\n\r\n', '400 Bad Request'],
    ['a head that never ends', 'x'.repeat(100_000), '431 Request Header Fields Too Large'],
  ])('turns away %s', async (_what, request, status) => {
    await using server = await DoorServer.open();
    expect(statusOf(await server.ask(request))).toBe(`HTTP/1.1 ${status}`);
    expect(await server.letters()).toEqual([]);
  });

  test('answers once to a row of requests', async () => {
    await using server = await DoorServer.open();
    const row = putting('Content-Length: 2', '{}') + putting('Content-Length: 2', '{}', 'failed');
    expect((await server.ask(row)).match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(await server.letters()).toEqual(['hello']);
  });

  test('leaves nothing when it is left before the letter is whole', async () => {
    await using server = await DoorServer.open();
    expect(await server.ask(putting('Content-Length: 100', '{"half":'))).toBe('');
    await server.quiet();
    expect(await server.letters()).toEqual([]);
  });

  test('does not bring back a box that is gone', async () => {
    await using server = await DoorServer.open();
    await rm(server.box, { recursive: true });
    expect(statusOf(await server.put('hello', HELLO))).toBe('HTTP/1.1 404 Not Found');
    await expect(server.letters()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
