import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/**
 * Stands in for QEMU where only its process matters: it takes its pid file, opens its ports and its monitor, answers on
 * it, and runs no machine. STAND_IN says how it behaves otherwise: failing, slow, deaf (to its power button), stubborn.
 */
const manner = process.env['STAND_IN'] ?? '';
const given = process.argv.slice(2);

const Asked = z.object({
  execute: z.string(),
  id: z.string(),
  arguments: z.object({ 'command-line': z.string() }).optional(),
});

function valueOf(option: string, pattern: RegExp): string {
  const values = given.filter((_, place) => given[place - 1] === option);
  return values.map((value) => pattern.exec(value)?.[1]).find((found) => found !== undefined) ?? '';
}

function fail(message: string): never {
  process.stderr.write(`qemu-system-x86_64: ${message}\n`);
  process.exit(1);
}

const pidFile = valueOf('-pidfile', /^(.*)$/);
takePidFile();
if (manner === 'failing') {
  process.stderr.write('qemu-system-x86_64: warning: something small\n');
  leave('-drive: Could not open the disk: Permission denied');
}
const ports = new Map<number, { readonly guest: number; readonly server: Server }>();
const outside = given.find((value) => value.startsWith('user,')) ?? '';
for (const [, host, guest] of outside.matchAll(/hostfwd=tcp:127\.0\.0\.1:(\d+)-:(\d+)/g)) {
  if (!(await forward(Number(host), Number(guest)))) {
    leave(`-netdev ${outside}: Could not set up host forwarding rule 'tcp:127.0.0.1:${host}-:${guest}'`);
  }
}
if (manner === 'slow') await wait(400);
if (manner === 'stubborn') process.on('SIGTERM', () => undefined);
else process.on('SIGTERM', () => leave());
const monitor = valueOf('-chardev', /^socket,id=monitor,path=([^,]*),/);
rmSync(monitor, { force: true });
createServer(serve).listen(monitor);

function takePidFile(): void {
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { flag: 'wx' });
  } catch {
    const holder = Number(readFileSync(pidFile, 'utf8'));
    if (isAlive(holder)) fail('cannot create PID file: Cannot lock pid file');
    writeFileSync(pidFile, `${process.pid}\n`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function leave(message?: string): never {
  rmSync(pidFile, { force: true });
  if (message !== undefined) fail(message);
  process.exit(0);
}

function forward(host: number, guest: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', () => resolve(false));
    server.listen(host, '127.0.0.1', () => {
      ports.set(host, { guest, server });
      resolve(true);
    });
  });
}

function serve(connection: Socket): void {
  const say = (message: object): void => void connection.write(`${JSON.stringify(message)}\r\n`);
  say({ QMP: { version: { qemu: { micro: 0, minor: 2, major: 7 } }, capabilities: ['oob'] } });
  connection.on('error', () => undefined);
  connection.on('data', (bytes) => {
    for (const line of bytes.toString().split('\n').filter(Boolean)) {
      const { execute, id, arguments: told } = Asked.parse(JSON.parse(line));
      if (execute === 'system_powerdown') say({ event: 'POWERDOWN', timestamp: { seconds: 1, microseconds: 2 } });
      void answer(execute, told?.['command-line'] ?? '').then((answered) => {
        say({ return: answered, id });
        if (execute === 'quit' && manner !== 'stubborn') leave();
        if (execute === 'system_powerdown' && manner === '') setTimeout(leave, 100);
      });
    }
  });
}

async function answer(command: string, line: string): Promise<unknown> {
  if (command === 'query-status') return { status: 'running', running: true, singlestep: false };
  if (command !== 'human-monitor-command') return {};
  const [verb, , rule = ''] = line.split(' ');
  const [, host, guest] = /^tcp:127\.0\.0\.1:(\d+)(?:-:(\d+))?$/.exec(rule) ?? [];
  if (verb === 'hostfwd_add') {
    return (await forward(Number(host), Number(guest))) ? '' : `Could not set up host forwarding rule '${rule}'\r\n`;
  }
  if (verb === 'hostfwd_remove') {
    ports.get(Number(host))?.server.close();
    ports.delete(Number(host));
    return `host forwarding rule for ${rule} removed\r\n`;
  }
  const rows = [...ports].map(([port, { guest: to }]) => {
    return `  TCP[HOST_FORWARD]  12       127.0.0.1 ${port}       10.0.2.15    ${to}     0     0\r\n`;
  });
  const heading = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n';
  return `Hub -1 (outside):\r\n${heading}${rows.join('')}`;
}
