import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DownloadError } from '#std/downloads.ts';
import { SystemDownloads } from '#std/system-downloads.ts';
import { FileServer } from '../providers/local/image/support/file-server.ts';

const FOREVER = new AbortController().signal;
const BYTES = Uint8Array.from({ length: 300_000 }, (_none, place) => (place * 7) % 251);

const downloads = new SystemDownloads({});
let server: FileServer;

beforeEach(async () => {
  server = await FileServer.open();
  server.files.set('/disk', { bytes: BYTES, etag: '"one"', modified: 'Sat, 01 Aug 2026 00:00:00 GMT' });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

test('a file comes with its status and headers, byte for byte', async () => {
  using answer = await downloads.get({ url: server.urlOf('/disk'), signal: FOREVER });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'content-length': String(BYTES.length), etag: '"one"' });
  expect(Buffer.compare(await buffer(answer.pieces), BYTES)).toBe(0);
});

test('the rest of a file is asked for by its offset, as long as it is the same file', async () => {
  const url = server.urlOf('/disk');
  using rest = await downloads.get({ url, offset: 299_990, ifRange: '"one"', signal: FOREVER });
  expect([rest.status, rest.headers['content-range']]).toEqual([206, 'bytes 299990-299999/300000']);
  expect(Buffer.compare(await buffer(rest.pieces), BYTES.subarray(299_990))).toBe(0);
  using other = await downloads.get({ url, offset: 299_990, ifRange: '"two"', signal: FOREVER });
  expect(other.status).toBe(200);
});

test('it follows nothing and judges no status', async () => {
  server.redirects.set('/here', '/disk');
  using moved = await downloads.get({ url: server.urlOf('/here'), signal: FOREVER });
  expect([moved.status, moved.headers['location']]).toEqual([302, '/disk']);
  using missing = await downloads.get({ url: server.urlOf('/nothing'), signal: FOREVER });
  expect(missing.status).toBe(404);
});

test('a connection that ends early fails as lost, after what has come', async () => {
  server.troubles.push({ cutAfter: 100_000 });
  using answer = await downloads.get({ url: server.urlOf('/disk'), signal: FOREVER });
  const came: Uint8Array[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of answer.pieces) came.push(piece);
  };
  const error = await read().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toMatchObject({ code: 'lost' });
  const bytes = Buffer.concat(came);
  expect(bytes.length).toBeGreaterThan(0);
  expect(Buffer.compare(bytes, BYTES.subarray(0, bytes.length))).toBe(0);
});

test('nobody there is lost, and somebody who cannot prove who he is is distrusted', async () => {
  server.troubles.push('refused');
  await expect(downloads.get({ url: server.urlOf('/disk'), signal: FOREVER })).rejects.toMatchObject({ code: 'lost' });
  const secure = server.urlOf('/disk');
  secure.protocol = 'https:';
  const error = await downloads.get({ url: secure, signal: FOREVER }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'distrusted' });
});

test('who leaves is let go at once, before the answer and in the middle of it', async () => {
  server.troubles.push({ silentAfter: 1_000 }, { silentAfter: 0 });
  const leaving = new AbortController();
  using answer = await downloads.get({ url: server.urlOf('/disk'), signal: leaving.signal });
  const read = buffer(answer.pieces);
  leaving.abort(new Error('left'));
  await expect(read).rejects.toThrow('left');
  await expect(downloads.get({ url: server.urlOf('/disk'), signal: leaving.signal })).rejects.toThrow('left');
});

test('the proxy that the variables name is asked, unless they say otherwise', async () => {
  const asked: string[] = [];
  const proxy = createServer((request: IncomingMessage, response) => {
    asked.push(request.url ?? '');
    response.end('by way of the proxy');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const variables = { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'near.example' };
  using answer = await new SystemDownloads(variables).get({ url: new URL('http://far.example/disk'), signal: FOREVER });
  expect((await buffer(answer.pieces)).toString()).toBe('by way of the proxy');
  expect(asked).toEqual(['http://far.example/disk']);
  proxy.closeAllConnections();
  proxy.close();
});
