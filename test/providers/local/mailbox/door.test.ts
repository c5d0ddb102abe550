import { beforeEach, describe, expect, test } from 'vitest';
import { Disk } from '../../../support/disk.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { askDoor, putting, statusOf } from './support/ask-door.ts';

const BOX = '/boxes/one';

let disk: Disk;
let clock: VirtualClock;

beforeEach(async () => {
  disk = new Disk();
  clock = new VirtualClock();
  await disk.mount().makeDirectory(BOX);
});

describe('a machine that means harm', () => {
  test.each([
    ['the word of the program', 'PUT /letters/welcome', '405 Method Not Allowed'],
    ['that it is to leave', 'PUT /letters/leave', '405 Method Not Allowed'],
    ['that it has left unasked', 'PUT /letters/left', '403 Forbidden'],
    ['that it has given up', 'PUT /letters/given-up', '404 Not Found'],
    ['that it is settled', 'PUT /letters/settled-abcdefgh', '404 Not Found'],
    ['a stage without a number', 'PUT /letters/stage-x-network', '404 Not Found'],
    ['a name that leads up', 'PUT /letters/../hello', '404 Not Found'],
    ['a name that leads up in disguise', 'PUT /letters/%2e%2e%2fhello', '404 Not Found'],
    ['a name that leads down', 'PUT /letters/hello/hello', '404 Not Found'],
    ['an absolute path', 'PUT //etc/passwd', '404 Not Found'],
    ['a name with a zero', 'PUT /letters/hello%00', '404 Not Found'],
    ['a hidden name', 'PUT /letters/.hello', '404 Not Found'],
    ['capital letters', 'PUT /letters/HELLO', '404 Not Found'],
    ['a question behind the name', 'PUT /letters/hello?x', '404 Not Found'],
    ['a letter that is taken away', 'DELETE /letters/hello', '405 Method Not Allowed'],
    ['a letter of its own, to read', 'GET /letters/hello', '405 Method Not Allowed'],
    ['a word at the door', 'POST /', '405 Method Not Allowed'],
    ['no path at all', 'PUT hello', '400 Bad Request'],
    ['the address of another', 'GET http://127.0.0.1/letters/welcome', '400 Bad Request'],
  ])('gets nowhere with %s', async (_what, line, status) => {
    const answer = await ask(`${line} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`);
    expect(statusOf(answer)).toBe(`HTTP/1.1 ${status}`);
    expect(await letters()).toEqual([]);
  });

  test.each([
    ['garbage', '\u0000\u0001\u0002 not a request\r\n\r\n', '400 Bad Request'],
    ['half a request', 'PUT /letters/hello HT', '400 Bad Request'],
    ['a greeting in TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n', '400 Bad Request'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', '400 Bad Request'],
    ['a header that goes on in the next line', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', '400 Bad Request'],
    ['two lengths', putting('Content-Length: 2\r\nContent-Length: 3', '{}'), '400 Bad Request'],
    ['a length below nothing', putting('Content-Length: -1', ''), '400 Bad Request'],
    ['a length in words', putting('Content-Length: 0x2', '{}'), '400 Bad Request'],
    ['no length', putting('Host: box', '{}'), '411 Length Required'],
    ['a body in pieces', putting('Transfer-Encoding: chunked', '2\r\n{}\r\n0\r\n\r\n'), '411 Length Required'],
    ['a letter that is too long', putting('Content-Length: 65537', '{}'), '413 Content Too Large'],
    ['a letter that is far too long', putting('Content-Length: 999999999', '{}'), '413 Content Too Large'],
    ['a head that never ends', `GET / HTTP/1.1\r\nA: ${'x'.repeat(9_000)}`, '431 Request Header Fields Too Large'],
    ['a long head', `GET / HTTP/1.1\r\nA: ${'x'.repeat(9_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
    ['no JSON', putting('Content-Length: 1', '{'), '400 Bad Request'],
    ['JSON that is no object', putting('Content-Length: 2', '[]'), '400 Bad Request'],
    ['nothing', putting('Content-Length: 0', ''), '400 Bad Request'],
  ])('is told off for %s', async (_what, request, status) => {
    expect(statusOf(await ask(request))).toBe(`HTTP/1.1 ${status}`);
    expect(await letters()).toEqual([]);
  });

  test('leaves nothing when it leaves before its letter is whole', async () => {
    expect(await ask(putting('Content-Length: 100', '{"half":'))).toBe('');
    expect(await ask()).toBe('');
    expect(await letters()).toEqual([]);
  });

  test('cannot fill the disk', async () => {
    const files = disk.mount();
    for (let index = 0; index < 200; index += 1) await files.create(`${BOX}/stage-01-${'a'.repeat(index)}`, '{}');
    expect(statusOf(await ask(putting('Content-Length: 2', '{}')))).toBe('HTTP/1.1 507 Insufficient Storage');
  });
});

describe('the patience of the door', () => {
  test('is for one who says it letter by letter', async () => {
    expect(statusOf(await ask(...putting('Content-Length: 7', '{"a":1}').split('')))).toBe('HTTP/1.1 201 Created');
    expect(await disk.mount().read(`${BOX}/hello`)).toBe('{"a":1}');
  });

  test('has half a minute for one who says nothing more', async () => {
    const pieces = ['PUT /letters/hello HTTP/1.1\r\nContent-Le'];
    const said = await clock.run(askDoor({ files: disk.mount(), clock, box: BOX, pieces, stays: true }));
    expect(said).toBe('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    expect(clock.monotonicMs()).toBe(30_000);
  });

  test('has half a minute for one who does not hear the answer', async () => {
    const pieces = ['GET / HTTP/1.1\r\n\r\n'];
    const said = await clock.run(askDoor({ files: disk.mount(), clock, box: BOX, pieces, isDeaf: true }));
    expect(said).toBe('');
    expect(clock.monotonicMs()).toBe(30_000);
  });
});

test('a full disk is told, and a broken one', async () => {
  const request = putting('Content-Length: 2', '{}');
  for (const [fails, status] of [
    ['full', '507'],
    ['io', '500'],
    ['denied', '500'],
  ] as const) {
    const files = disk.mount({ mishap: (_operation, name) => (name === 'create' ? { fails } : undefined) });
    expect(await askDoor({ files, clock, box: BOX, pieces: [request] })).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  }
});

function ask(...pieces: readonly string[]): Promise<string> {
  return askDoor({ files: disk.mount(), clock, box: BOX, pieces });
}

async function letters(): Promise<readonly string[]> {
  return (await disk.mount().list(BOX)).map(({ name }) => name);
}
