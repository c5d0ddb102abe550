import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { giveTo } from './household.ts';
import { Workplace } from './workplace.ts';

const run = promisify(execFile);
const NODES = ['control-plane-1', 'storage-1', 'worker-1'];
const BOOT_MS = 240_000;
const place = new Workplace(inject('household'), 'life');
const figures: string[] = [];

function clusterFile(image: string): string {
  return `name: dev
provider: local
domain: dev.localhost
image: { id: ${image} }
nodes:
  control-plane: { count: 1, machine: tiny }
  worker: { count: 1, machine: tiny }
  storage: { count: 1, machine: tiny }
`;
}

beforeAll(async () => {
  await place.clear();
  await mkdir(place.root, { recursive: true });
  await giveTo(inject('household'), place.root);
  await writeFile(join(place.root, 'dev.yaml'), clusterFile(inject('image')));
});

/** Nothing that a failed test has left goes on when the tests have ended. */
afterAll(async () => {
  console.log(`\n${figures.join('\n')}\n`);
  for (const { pid } of await place.processes()) process.kill(pid, 'SIGKILL');
});

/** What a command says on a machine. */
async function on(node: string, ...command: readonly string[]): Promise<string> {
  return (await place.good(['ssh', 'dev', node, '--', ...command])).output;
}

/** Seconds from the first instruction of the kernel on. */
async function bootTimes(node: string): Promise<string> {
  const [kernel = '?'] = /[\d.]+(?=s \(kernel\))/.exec(await on(node, 'systemd-analyze', 'time')) ?? [];
  const units = ['ssh.service', 'cloud-final.service'];
  const stamps = await on(node, 'systemctl', 'show', '--value', '--property=ActiveEnterTimestampMonotonic', ...units);
  const [ssh = 0, cloudInit = 0] = [...stamps.matchAll(/^\d+$/gm)].map(([text]) => Number(text) / 1_000_000);
  return `kernel ${kernel} s, SSH ${ssh.toFixed(1)} s, cloud-init done ${cloudInit.toFixed(1)} s`;
}

/** Waits until it lets somebody in. */
async function answering(node: string): Promise<void> {
  const untilMs = performance.now() + BOOT_MS;
  for (;;) {
    const { code, output } = await place.run(['ssh', 'dev', node, '--', 'true']);
    if (code === 0) return;
    if (performance.now() > untilMs) throw new Error(`${node} does not answer:\n${output}`);
  }
}

/** Node and its address on the segment. */
async function addresses(): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    NODES.map(async (node) => {
      const [address = ''] =
        /\b10\.\d+\.\d+\.\d+\b/.exec(await on(node, 'ip', '-4', '-o', 'address', 'show', 'eth1')) ?? [];
      return [node, address] as const;
    }),
  );
  return new Map(found);
}

async function pings(from: string, to: string): Promise<boolean> {
  const { code } = await place.run(['ssh', 'dev', from, '--', 'ping', '-c', '2', '-W', '3', to]);
  return code === 0;
}

describe('a cluster on this workstation', () => {
  test('is made by somebody without privileges, and every machine says hello', async () => {
    const end = await place.good(['create', '-f', join(place.root, 'dev.yaml'), '--yes', '--plain']);
    figures.push(`create, three machines: ${(end.tookMs / 1_000).toFixed(0)} s`);
    await place.good(['plan', 'dev']);
    const machines = (await place.processes()).filter(({ command }) => command[0]?.includes('qemu-system'));
    expect(machines).toHaveLength(NODES.length);
    const owners = await Promise.all(
      machines.map(async ({ pid }) => /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
    const isRoot = owners.includes('0');
    expect(isRoot && inject('household').user !== undefined).toBe(false);
  });

  test('has machines on which cloud-init ended well, and that are who they say', async () => {
    const Status = z.looseObject({ status: z.string(), errors: z.array(z.unknown()) });
    for (const node of NODES) {
      const text = await on(node, 'cloud-init', 'status', '--format', 'json');
      const status = Status.parse(JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)));
      expect(status).toMatchObject({ status: 'done', errors: [] });
      expect((await on(node, 'hostname')).trim()).toBe(node);
      await place.good(['ssh', 'dev', node, '--', 'sudo', 'cloud-init', 'schema', '--system']);
      expect((await on(node, 'systemctl', '--failed', '--no-legend', '--plain')).trim()).toBe('');
      figures.push(`${node}: ${await bootTimes(node)}`);
    }
  });

  test('has no secret on its disks', async () => {
    const text = await on(
      'worker-1',
      'sudo',
      'sh',
      '-c',
      "'grep -rl preshared[K]ey /etc /var /root /home /run 2>/dev/null | head'",
    );
    expect(text.trim()).toBe('');
  });

  test('has machines that reach one another by address and by name', async () => {
    const known = await addresses();
    expect(new Set(known.values()).size).toBe(NODES.length);
    for (const from of NODES) {
      for (const to of NODES.filter((node) => node !== from)) expect(await pings(from, known.get(to) ?? '')).toBe(true);
    }
    const named = await on('worker-1', 'getent', 'hosts', 'api.dev.localhost');
    expect(named).toContain(known.get('control-plane-1'));
  });

  test('can be cut in two and healed', async () => {
    const storage = (await addresses()).get('storage-1') ?? '';
    const controlPlane = (await addresses()).get('control-plane-1') ?? '';
    await place.good(['links', 'dev', 'worker-1', 'storage-1', '--cut']);
    expect(await pings('worker-1', storage)).toBe(false);
    expect(await pings('worker-1', controlPlane)).toBe(true);
    await place.good(['links', 'dev', 'worker-1', 'storage-1', '--heal']);
    expect(await pings('worker-1', storage)).toBe(true);
  });

  test('believes no other host key than the one that a machine said first', async () => {
    const hello = /"sshHost":"(ssh-ed25519 \S+)/;
    const letters = (await place.files()).filter((path) => path.endsWith('/hello'));
    const keys = await Promise.all(letters.map(async (path) => hello.exec(await readFile(path, 'utf8'))?.[1]));
    expect(new Set(keys).size).toBe(NODES.length);
    const [first = ''] = letters;
    const said = await readFile(first, 'utf8');
    await writeFile(first, said.replace(keys[0] ?? '', keys[1] ?? ''));
    const ends = await Promise.all(NODES.map((node) => place.run(['ssh', 'dev', node, '--', 'true'])));
    await writeFile(first, said);
    expect(ends.filter(({ code }) => code === 0)).toHaveLength(NODES.length - 1);
  });

  test('can be stopped and started, and is what it was', async () => {
    await on('worker-1', 'sudo', 'touch', '/var/lib/kept');
    const stop = await place.good(['stop', 'dev', 'worker-1']);
    figures.push(`stop: ${(stop.tookMs / 1_000).toFixed(0)} s`);
    // By its button, which it hears: it was not just switched off.
    expect((await place.good(['console', 'dev', 'worker-1'])).output).toContain('Power down');
    expect((await place.processes()).filter(({ command }) => command[0]?.includes('qemu-system'))).toHaveLength(2);
    await place.good(['plan', 'dev']);
    await place.good(['start', 'dev', 'worker-1']);
    await answering('worker-1');
    expect(await on('worker-1', 'ls', '/var/lib/kept')).toContain('/var/lib/kept');
  });

  test('gets another machine for one that has died', async () => {
    const machines = await place.processes();
    const worker = machines.find(({ command }) => command.some((word) => word.includes('worker-1')));
    if (worker === undefined) throw new Error('The machine of worker-1 does not run.');
    process.kill(worker.pid, 'SIGKILL');
    const end = await place.good(['apply', 'dev', '--plain']);
    figures.push(`apply after a kill: ${(end.tookMs / 1_000).toFixed(0)} s`);
    const { code } = await place.run(['ssh', 'dev', 'worker-1', '--', 'ls', '/var/lib/kept']);
    expect(code).not.toBe(0);
    expect((await on('worker-1', 'hostname')).trim()).toBe('worker-1');
    await place.good(['plan', 'dev']);
  });

  test('goes without a trace', async () => {
    const end = await place.good(['delete', 'dev', '--yes', '--plain']);
    figures.push(`delete: ${(end.tookMs / 1_000).toFixed(0)} s`);
    expect(await place.processes()).toEqual([]);
    const left = (await place.files()).filter((path) => path.startsWith(join(place.data, 'bootstrap', 'local')));
    expect(left).toEqual([]);
    expect((await place.files()).filter((path) => path.startsWith(join(place.root, 'run')))).toEqual([]);
    const { stdout } = await run('ss', ['--listening', '--tcp', '--numeric', '--no-header']);
    const ports = stdout.split('\n').map((line) => Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0));
    expect(ports.filter((port) => port >= 20_000 && port < 30_000)).toEqual([]);
  });
});
