import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CaredMachines } from '#app/cared-machines.ts';
import type { AppPorts } from '#app/ports.ts';
import { power } from '#app/power.ts';
import { saidSince, serialConsole } from '#app/serial-console.ts';
import { shell } from '#app/shell.ts';
import { problem } from '#engine/problem.ts';
import type { MachineCare, ShellAccess } from '#provider/machine-care.ts';
import { Desk, FOREVER } from './support/desk.ts';

const ACCESS: ShellAccess = {
  host: '127.0.0.1',
  port: 2222,
  user: 'debian',
  identityFile: '/keys/operator',
  hostKeys: ['ssh-ed25519 AAAAC3Nz root@worker-1\n@cert-authority * ssh-ed25519 AAAAEvil'],
};

/** Machines that do what they are told, and remember it. */
class Machines {
  readonly did: string[] = [];
  readonly nodes = ['control-plane-1', 'worker-1'];
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  readonly idOf = (node: string): string => {
    if (this.nodes.includes(node)) return `id-of-${node}`;
    throw problem('node.unknown', { detail: `There is no ${node}.` });
  };

  get care(): MachineCare {
    return {
      powerOf: async () => 'on',
      stop: async (id) => {
        this.did.push(`stop ${id}`);
      },
      start: (id) => {
        this.did.push(`start ${id}`);
        return id === 'id-of-worker-1' ? Promise.reject(new Error('it does not want to')) : Promise.resolve();
      },
      consoleOf: async (id) => ({ file: `${this.#directory}/${id}.log` }),
      shellOf: async () => ACCESS,
      waysTo: async () => [],
    };
  }
}

describe('power', () => {
  test('switches all when none is named, each once, and tells of each', async () => {
    const machines = new Machines('');
    const told: unknown[] = [];
    const tell = (turn: unknown): unknown => told.push(turn);
    const turns = await power(machines, { to: 'stop', nodes: [], tell }, FOREVER);
    expect(machines.did).toEqual(['stop id-of-control-plane-1', 'stop id-of-worker-1']);
    expect(turns.map(({ problem: trouble }) => trouble)).toEqual([undefined, undefined]);
    expect(told).toEqual(turns);
    await power(machines, { to: 'stop', nodes: ['worker-1', 'worker-1'], tell }, FOREVER);
    expect(machines.did.slice(2)).toEqual(['stop id-of-worker-1']);
  });

  test('gives the others their turn when one fails', async () => {
    const machines = new Machines('');
    const request = { to: 'start', nodes: ['worker-1', 'control-plane-1'], tell: () => undefined } as const;
    const [worker, other] = await power(machines, request, FOREVER);
    expect(worker?.problem?.detail).toBe('Error: it does not want to');
    expect(other).toEqual({ node: 'control-plane-1', problem: undefined });
  });

  test('switches nothing when one is not known', async () => {
    const machines = new Machines('');
    const request = { to: 'stop', nodes: ['worker-1', 'wroker-2'], tell: () => undefined } as const;
    await expect(power(machines, request, FOREVER)).rejects.toMatchObject({ code: 'node.unknown' });
    expect(machines.did).toEqual([]);
  });
});

describe('the serial console', () => {
  test('is read line by line, also the last one that has not ended', async () => {
    await using desk = await Desk.alone();
    const ports = desk.ports();
    const machines = new Machines(desk.home);
    await ports.logFiles.append(`${desk.home}/id-of-worker-1.log`, 'one\r\ntwo\r\nlogin: ');
    const lines: string[] = [];
    for await (const line of serialConsole(ports, machines, { node: 'worker-1', follow: false }, FOREVER))
      lines.push(line);
    expect(lines).toEqual(['one\r', 'two\r', 'login: ']);
  });

  test('is empty before there is one', async () => {
    await using desk = await Desk.alone();
    const silent = serialConsole(desk.ports(), new Machines(desk.home), { node: 'worker-1', follow: false }, FOREVER);
    expect(await silent.next()).toEqual({ done: true, value: undefined });
  });

  test('is followed: a line that comes in two pieces is one line', async () => {
    await using desk = await Desk.alone();
    const ports = desk.ports();
    const path = `${desk.home}/id-of-worker-1.log`;
    await ports.logFiles.append(path, 'first\nsec');
    const left = new AbortController();
    const console = serialConsole(ports, new Machines(desk.home), { node: 'worker-1', follow: true }, left.signal);
    expect(await console.next()).toMatchObject({ value: 'first' });
    const second = console.next();
    await setTimeout(20);
    await ports.logFiles.append(path, 'ond\n');
    expect(await second).toMatchObject({ value: 'second' });
    const end = console.next();
    left.abort();
    expect(await end).toEqual({ done: true, value: undefined });
  });
});

describe('the serial console of a machine of which only the last part is kept', () => {
  test('is followed without saying anything twice', async () => {
    await using desk = await Desk.alone();
    const parts = ['one\ntw', 'one\ntwo\nthree\n', 'three\nfour\n', 'another boot\n'];
    const care = {
      ...new Machines('').care,
      consoleOf: async () => ({ recent: async () => parts.shift() ?? 'another boot\n' }),
    };
    const console = serialConsole(desk.ports(), { care, idOf: (node) => node }, { node: 'a', follow: true }, FOREVER);
    const lines: string[] = [];
    for await (const line of console) {
      lines.push(line);
      if (lines.length === 5) break;
    }
    expect(lines).toEqual(['one', 'two', 'three', 'four', 'another boot']);
  });

  test.each([
    ['nothing new', 'a\nb\n', 'a\nb\n', ''],
    ['what stands behind it', 'a\nb\n', 'a\nb\nc\n', 'c\n'],
    ['the same, when its beginning was pushed out', 'a\nb\nc\n', 'b\nc\nd\n', 'd\n'],
    ['the rest of a line', 'a\nb', 'bc\n', 'c\n'],
    ['all of it, when nothing is left of what was known', 'a\nb\n', 'x\n', 'x\n'],
  ])('has said since: %s', (_what, known, now, said) => {
    expect(saidSince(known, now)).toBe(said);
  });
});

describe('the way in', () => {
  test('believes the host key that the machine said, no other, and nothing that the user has set', async () => {
    await using desk = await Desk.alone();
    const machines = await caredAt(desk);
    const { program, args, user } = await shell(portsWith(desk, '/usr/bin/ssh'), machines, 'worker-1', FOREVER);
    const known = desk.places.of('dev').knownHost('worker-1');
    expect(await readFile(known, 'utf8')).toBe('worker-1.dev ssh-ed25519 AAAAC3Nz\n');
    expect([program, user]).toEqual(['/usr/bin/ssh', 'debian']);
    expect(args.slice(0, 2)).toEqual(['-F', 'none']);
    expect(args).toContain(`UserKnownHostsFile="${known}"`);
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args.slice(-7)).toEqual(['-i', '/keys/operator', '-p', '2222', '-l', 'debian', '127.0.0.1']);
  });

  test('leads to the console while the machine has not spoken', async () => {
    await using desk = await Desk.alone();
    const machines = await caredAt(desk);
    const shellOf = () => Promise.reject(problem('machine.silent', { detail: 'It has not said hello yet.' }));
    const silent = { ...machines, care: { ...machines.care, shellOf } };
    await expect(shell(portsWith(desk, '/usr/bin/ssh'), silent, 'worker-1', FOREVER)).rejects.toMatchObject({
      remedy: 'See on its console how far it has come:\n  bootstrap console dev worker-1 --follow',
    });
  });

  test('leads through another machine where it has to, each believed by its own host key', async () => {
    await using desk = await Desk.alone();
    const machines = await caredAt(desk);
    const through = { host: '203.0.113.9', port: 22, user: 'root', hostKeys: ['ssh-ed25519 AAAADoor'] };
    const shellOf = async () => ({ ...ACCESS, host: '10.0.1.7', through });
    const led = { ...machines, care: { ...machines.care, shellOf } };
    const ssh = join(desk.home, "it's ssh");
    await writeFile(ssh, '#!/bin/sh\nfor word; do echo "$word"; done\n', { mode: 0o755 });
    const { args } = await shell(portsWith(desk, ssh), led, 'worker-1', FOREVER);
    const known = desk.places.of('dev').knownHost('worker-1');
    expect(await readFile(known, 'utf8')).toBe(
      'worker-1.dev ssh-ed25519 AAAAC3Nz\ndoor.worker-1.dev ssh-ed25519 AAAADoor\n',
    );
    expect(args.slice(-1)).toEqual(['10.0.1.7']);
    const [option = ''] = args.filter((word) => word.startsWith('ProxyCommand='));
    const command = option.slice('ProxyCommand='.length).replaceAll('%h', '10.0.1.7').replaceAll('%p', '22');
    const { stdout } = await promisify(execFile)('sh', ['-c', `exec ${command.replaceAll('%%', '%')}`]);
    const words = stdout.trimEnd().split('\n');
    expect(words.slice(0, 2)).toEqual(['-W', '10.0.1.7:22']);
    expect(words).toContain(`UserKnownHostsFile="${known}"`);
    expect(words).toContain('HostKeyAlias=door.worker-1.dev');
    expect(words.slice(-7)).toEqual(['-i', '/keys/operator', '-p', '22', '-l', 'root', '203.0.113.9']);
  });

  test.each<[where: string, files: Readonly<Record<string, string>>, expected: string]>([
    ['in the file beside its public half', { own: 'private', 'own.pub': 'ssh-ed25519 AAAAOwn me@here' }, '.ssh/own'],
    ['with an agent, where there is that half alone', { 'own.pub': 'ssh-ed25519 AAAAOwn' }, '.ssh/own.pub'],
  ])('is opened by the key that the cluster was given: %s', async (_where, files, expected) => {
    await using desk = await Desk.alone();
    await mkdir(join(desk.home, '.ssh'), { recursive: true });
    for (const [name, text] of Object.entries({ 'other.pub': 'ssh-ed25519 AAAAOther', ...files }))
      await writeFile(join(desk.home, '.ssh', name), text);
    const { args } = await shell(portsWith(desk, '/usr/bin/ssh'), await keyedAt(desk), 'worker-1', FOREVER);
    expect(args[args.indexOf('-i') + 1]).toBe(join(desk.home, expected));
  });

  test('is opened by an agent whose keys lie in no file, and by nobody when the cluster was given no key', async () => {
    await using desk = await Desk.alone();
    const keyed = await keyedAt(desk);
    const ports = portsWith(desk, '/usr/bin/ssh');
    const { args } = await shell(ports, keyed, 'worker-1', FOREVER);
    await shell(ports, keyed, 'control-plane-1', FOREVER);
    expect(await readFile(args[args.indexOf('-i') + 1] ?? '', 'utf8')).toBe('ssh-ed25519 AAAAOwn me@work\n');
    const keyless = shell(ports, { ...keyed, publicKey: undefined }, 'worker-1', FOREVER);
    await expect(keyless).rejects.toMatchObject({ code: 'machine.keyless' });
  });

  test('is not there where ssh is not installed', async () => {
    await using desk = await Desk.alone();
    const refused = shell(portsWith(desk, undefined), await caredAt(desk), 'worker-1', FOREVER);
    await expect(refused).rejects.toMatchObject({ code: 'workstation.program-missing' });
  });
});

/** On a workstation that has ssh there, or nowhere. */
function portsWith(desk: Desk, ssh: string | undefined): AppPorts {
  const ports = desk.ports();
  return {
    ...ports,
    async workshop() {
      const { programs, ...rest } = await ports.workshop();
      return { ...rest, programs: Object.assign(programs, { find: async () => ssh }) };
    },
  };
}

/** Of a cluster whose machines know the operator by his own key. */
async function keyedAt(desk: Desk): Promise<CaredMachines> {
  const machines = await caredAt(desk);
  const { identityFile: _program, ...access } = ACCESS;
  const care = { ...machines.care, shellOf: async () => access };
  return { ...machines, care, publicKey: 'ssh-ed25519 AAAAOwn me@work' };
}

/** Of a cluster of which no more is known than its name. */
async function caredAt(desk: Desk): Promise<CaredMachines> {
  const machines = new Machines(desk.home);
  return {
    cluster: { known: { name: 'dev' }, places: desk.places.of('dev') },
    care: machines.care,
    nodes: machines.nodes,
    publicKey: undefined,
    idOf: machines.idOf,
  };
}
