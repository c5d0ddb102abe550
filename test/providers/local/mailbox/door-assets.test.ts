import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statusOf } from './support/ask-door.ts';
import { DoorServer } from './support/door-server.ts';
import { begun, curl, startCurl } from './support/fetch-tool.ts';

const MIB = 2 ** 20;
const UNKNOWN = 'f'.repeat(64);

describe('the process at the door gives out an asset', () => {
  test('of more than 64 MB, to the last byte', async () => {
    await using shelf = await Shelf.open(80 * MIB + 7);
    const { code, status } = await curl('-f', '-o', shelf.file, shelf.url);
    expect([code, status]).toEqual([0, '200']);
    expect(digestOf(await readFile(shelf.file))).toBe(shelf.sha256);
  });

  test('from where it was cut off, and nothing more to whoever has all of it', async () => {
    await using shelf = await Shelf.open(30 * MIB);
    const cut = startCurl('-f', '--limit-rate', '4M', '-o', shelf.file, shelf.url);
    await begun(async () => shelf.file);
    cut.kill();
    expect((await cut.ended).code).toBeNull();
    expect((await stat(shelf.file)).size).toBeLessThan(30 * MIB);
    expect(await curl('-f', '-C', '-', '-o', shelf.file, shelf.url)).toMatchObject({ code: 0, status: '206' });
    expect(digestOf(await readFile(shelf.file))).toBe(shelf.sha256);
    // Newer ones of the tool take this for a success, older ones for a failure.
    expect(await curl('-f', '-C', '-', '-o', shelf.file, shelf.url)).toMatchObject({ status: '416' });
    expect(digestOf(await readFile(shelf.file))).toBe(shelf.sha256);
  });

  test('to five who come at once', async () => {
    await using shelf = await Shelf.open(8 * MIB);
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => curl('-f', shelf.url)));
    expect(all.map(({ heard }) => digestOf(heard))).toEqual(Array.from({ length: 5 }, () => shelf.sha256));
  });

  test('by its digest alone', async () => {
    await using shelf = await Shelf.open(10, 'inside');
    expect(await curl('-f', shelf.url.replace(shelf.sha256, UNKNOWN))).toMatchObject({ code: 22, status: '404' });
    for (const target of ['/assets/', `/assets/${shelf.sha256.toUpperCase()}`, `/assets/../assets/${shelf.sha256}`]) {
      expect(statusOf(await shelf.server.ask(`GET ${target} HTTP/1.1\r\n\r\n`))).toBe('HTTP/1.1 404 Not Found');
    }
    const taken = await shelf.server.ask(`PUT /assets/${UNKNOWN} HTTP/1.1\r\nContent-Length: 1\r\n\r\nx`);
    expect(taken).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\nConnection: close\r\nAllow: GET\r\n/);
  });

  test('that has less than was said to whoever asks, so that it is noticed', async () => {
    await using shelf = await Shelf.open(60 * MIB);
    const asked = startCurl('-f', '--limit-rate', '10M', '-o', shelf.file, shelf.url);
    await begun(async () => shelf.file);
    await truncate(shelf.path, 100);
    expect((await asked.ended).code).toBe(18);
  });
});

test.each([
  ['bytes=4-', '206 Partial Content', 'bytes 4-9/10', '456789'],
  ['bytes=0-', '206 Partial Content', 'bytes 0-9/10', '0123456789'],
  ['bytes=10-', '416 Range Not Satisfiable', 'bytes */10', ''],
  ['bytes=99-', '416 Range Not Satisfiable', 'bytes */10', ''],
  ['bytes=2-3', '200 OK', undefined, '0123456789'],
  ['bytes=-3', '200 OK', undefined, '0123456789'],
  ['bytes=1-,3-', '200 OK', undefined, '0123456789'],
  ['lines=1-', '200 OK', undefined, '0123456789'],
])('asked for %s the door says %s', async (range, status, part, body) => {
  await using server = await DoorServer.openInside();
  const sha256 = digestOf(Buffer.from('0123456789'));
  await mkdir(join(server.ground, 'assets'));
  await writeFile(join(server.ground, 'assets', sha256), '0123456789');
  const answer = await server.ask(`GET /assets/${sha256} HTTP/1.1\r\nRange: ${range}\r\n\r\n`);
  const [head = '', rest] = answer.split('\r\n\r\n');
  expect([statusOf(answer), /^Content-Range: (.*)$/m.exec(head)?.[1], rest]).toEqual([
    `HTTP/1.1 ${status}`,
    part,
    body,
  ]);
  expect(head).toContain(`Content-Length: ${body.length}`);
});

/** A ground with one asset on its shelf, and where a machine puts what it fetches. */
class Shelf implements AsyncDisposable {
  readonly server: DoorServer;
  readonly sha256: string;
  readonly path: string;
  readonly file: string;

  private constructor(server: DoorServer, sha256: string) {
    this.server = server;
    this.sha256 = sha256;
    this.path = join(server.ground, 'assets', sha256);
    this.file = join(server.ground, 'fetched');
  }

  static async open(bytes: number, where?: 'inside'): Promise<Shelf> {
    const server = await (where === 'inside' ? DoorServer.openInside() : DoorServer.open());
    const content = randomBytes(bytes);
    const shelf = new Shelf(server, digestOf(content));
    await mkdir(join(server.ground, 'assets'));
    await writeFile(shelf.path, content);
    return shelf;
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}/assets/${this.sha256}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
