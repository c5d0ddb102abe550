import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Monitor } from '#providers/local/qemu/monitor.ts';
import type { Listening } from '#std/sockets.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemSockets } from '#std/system-sockets.ts';

const sockets = new SystemSockets();
const GREETING = '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}\r\n';

let home = '';
let path = '';
let opened: Listening | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-monitor-'));
  path = join(home, 'qmp');
});
afterEach(async () => {
  await opened?.[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** Answers each line as told; what it answers goes out in pieces that have nothing to do with its lines. */
async function serve(answer: (line: string, connection: Duplex) => string, greeting = GREETING): Promise<void> {
  opened = await sockets.listen({ path }, (connection) => {
    connection.write(greeting.slice(0, 7));
    connection.write(greeting.slice(7));
    connection.on('data', (bytes: Buffer) => {
      for (const line of bytes.toString().split('\n').filter(Boolean)) connection.write(answer(line, connection));
    });
  });
}

function idIn(line: string): string {
  return /"id":"([^"]+)"/.exec(line)?.[1] ?? '';
}

class HastyClock extends SystemClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms / 200, signal);
  }
}

const done = (line: string): string => `{"return": {}, "id": "${idIn(line)}"}\r\n`;
const world = { sockets, clock: new SystemClock() };

test('it is greeted, asked and heard, and what happens meanwhile is kept', async () => {
  const asked: string[] = [];
  await serve((line) => {
    asked.push(line);
    const event = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RTC_CHANGE", "data": {"offset": 0}}\r\n';
    if (line.includes('query-status')) return `${event}{"return": {"running": true}, "id": "${idIn(line)}"}\r\n`;
    if (line.includes('command-line')) return `{"return": "ü: done\\r\\n", "id": "${idIn(line)}"}\r\n`;
    return done(line);
  });
  await using monitor = await Monitor.open(world, path);
  expect(await monitor.execute('query-status')).toEqual({ running: true });
  expect(await monitor.say('hostfwd_add outside tcp:127.0.0.1:1-:2')).toBe('ü: done');
  expect(monitor.events).toEqual(['RTC_CHANGE']);
  expect(asked).toEqual([
    '{"execute":"qmp_capabilities","id":"ask-1"}',
    '{"execute":"query-status","id":"ask-2"}',
    '{"execute":"human-monitor-command","arguments":{"command-line":"hostfwd_add outside tcp:127.0.0.1:1-:2"},"id":"ask-3"}',
  ]);
});

test('what it refuses is refused in its words', async () => {
  await serve((line) =>
    line.includes('capabilities')
      ? done(line)
      : `{"id": "${idIn(line)}", "error": {"class": "CommandNotFound", "desc": "The command fly has not been found"}}\r\n`,
  );
  await using monitor = await Monitor.open(world, path);
  await expect(monitor.execute('fly')).rejects.toMatchObject({
    outcome: 'rejected',
    message: 'QEMU refused "fly": The command fly has not been found',
  });
});

test('whether what it did not answer was done is not known', async () => {
  await serve((line, connection) => {
    if (line.includes('capabilities')) return done(line);
    connection.destroy();
    return '';
  });
  await using monitor = await Monitor.open(world, path);
  await expect(monitor.execute('quit')).rejects.toMatchObject({
    outcome: 'ambiguous',
    message: 'QEMU hung up before it had answered "quit".',
  });
  await expect(monitor.execute('quit')).rejects.toMatchObject({ outcome: 'ambiguous' });
});

test('it is not waited for longer than it may take', async () => {
  await serve(() => '', '');
  await expect(Monitor.open({ sockets, clock: new HastyClock() }, path)).rejects.toMatchObject({
    outcome: 'ambiguous',
    message: 'QEMU did not answer "greet" in 10000 ms.',
  });
});

test('what makes no sense is passed over', async () => {
  await serve((line) => `nonsense\r\n{"unasked": 1}\r\n\r\n${done(line)}`);
  await using monitor = await Monitor.open(world, path);
  expect(await monitor.execute('stop')).toEqual({});
});

test('nobody there is told by the code of the system', async () => {
  await expect(Monitor.open(world, path)).rejects.toMatchObject({ code: 'ENOENT' });
});
