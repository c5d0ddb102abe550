import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Datagram } from '#std/sockets.ts';
import { SystemSockets } from '#std/system-sockets.ts';

const sockets = new SystemSockets();

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-sockets-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

function echo(connection: Duplex): void {
  connection.pipe(connection);
}

async function ask(connection: Duplex, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    connection.once('data', (bytes: Buffer) => resolve(bytes.toString()));
  });
  connection.write(text);
  const heard = await answer;
  connection.destroy();
  return heard;
}

test('a socket in the file system is reached, is its owner’s alone, and goes with its server', async () => {
  const path = join(home, 's');
  {
    await using server = await sockets.listen({ path }, echo);
    expect(server.port).toBeUndefined();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await ask(await sockets.connect({ path }), 'hello')).toBe('hello');
    const left = await sockets.connect({ path });
    left.on('close', () => left.destroy());
  }
  expect(await readdir(home)).toEqual([]);
  await expect(sockets.connect({ path })).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a path that a dead process has left is taken over', async () => {
  const path = join(home, 's');
  const program = 'require("net").createServer().listen(process.argv[1], () => console.log("ready"))';
  const child = spawn(process.execPath, ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(sockets.listen({ path }, echo)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect(sockets.connect({ path })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await using server = await sockets.listen({ path }, echo);
  expect(server.port).toBeUndefined();
  expect(await ask(await sockets.connect({ path }), 'again')).toBe('again');
});

test('what is no socket is left alone', async () => {
  const path = join(home, 'file');
  await writeFile(path, 'mine');
  await expect(sockets.listen({ path }, echo)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect((await stat(path)).isFile()).toBe(true);
});

test('a port is had by one, on the loopback address alone', async () => {
  await using server = await sockets.listen({ port: 0 }, echo);
  const port = server.port ?? 0;
  expect(port).toBeGreaterThan(0);
  expect(await ask(await sockets.connect({ port }), 'hello')).toBe('hello');
  expect(await sockets.isFree(port)).toBe(false);
  await expect(sockets.listen({ port }, echo)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await server[Symbol.asyncDispose]();
  expect(await sockets.isFree(port)).toBe(true);
  await expect(sockets.connect({ port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a connection that breaks is closed, and does nothing else', async () => {
  const accepted = Promise.withResolvers<Duplex>();
  await using server = await sockets.listen({ port: 0 }, (connection) => accepted.resolve(connection));
  const connection = await sockets.connect({ port: server.port ?? 0 });
  const other = await accepted.promise;
  const closed = once(connection, 'close');
  other.destroy(new RangeError('broken'));
  connection.resume();
  await closed;
  expect(connection.destroyed).toBe(true);
});

test('datagrams go and come between addresses of this machine', async () => {
  const heard: Datagram[] = [];
  await using left = await sockets.datagrams(0, (datagram) => heard.push(datagram));
  await using right = await sockets.datagrams(0, ({ bytes, address, port }) => right.send(bytes, { address, port }));
  left.send(Uint8Array.of(1, 2, 3), { address: '127.0.0.1', port: right.port });
  for (let looks = 0; heard.length === 0 && looks < 100; looks += 1) await wait(10);
  expect(heard.map(({ bytes, ...from }) => ({ bytes: [...bytes], ...from }))).toEqual([
    { bytes: [1, 2, 3], address: '127.0.0.1', port: right.port },
  ]);
  await expect(sockets.datagrams(right.port, () => undefined)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a datagram that nobody takes harms nothing', async () => {
  const gone = await sockets.datagrams(0, () => undefined);
  await gone[Symbol.asyncDispose]();
  const heard: Datagram[] = [];
  await using socket = await sockets.datagrams(0, (datagram) => heard.push(datagram));
  socket.send(Uint8Array.of(1), { address: '127.0.0.1', port: gone.port });
  await wait(20);
  socket.send(Uint8Array.of(2), { address: '127.0.0.1', port: socket.port });
  for (let looks = 0; heard.length === 0 && looks < 100; looks += 1) await wait(10);
  expect(heard.map(({ bytes }) => [...bytes])).toEqual([[2]]);
});
