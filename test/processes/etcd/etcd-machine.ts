import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { type UnpackedPackages, debianPackages } from '../../ceph/debian-packages.ts';

const SCRIPTS = fileURLToPath(new URL('../../../cloud-init/node', import.meta.url));
const STAND_INS = fileURLToPath(new URL('stand-in', import.meta.url));
const PROGRAMS = ['etcd', 'etcdctl', 'etcdutl'];
const LOOK_MS = 50;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Fetched before anything is timed. */
export function etcdPackages(): Promise<UnpackedPackages> {
  return debianPackages({ suite: 'trixie', names: ['etcd-server', 'etcd-client'] });
}

/** The disk of a machine in a folder, and on it the scripts of a node as they are, run with the programs of Debian 13. */
export class EtcdMachine implements AsyncDisposable {
  readonly root: string;
  readonly #inside: readonly string[];
  readonly #running = new Set<ChildProcess>();

  private constructor(root: string, inside: readonly string[]) {
    this.root = root;
    this.#inside = inside;
  }

  /** Inside: the command that starts others where its network is. */
  static async open(inside: readonly string[] = []): Promise<EtcdMachine> {
    const packages = await etcdPackages();
    const machine = new EtcdMachine(await mkdtemp(join(tmpdir(), 'bootstrap-etcd-')), inside);
    const folders = ['bin', 'opt/bootstrap/bin', 'etc/bootstrap/pki', 'var/lib/bootstrap', 'var/log', 'run/bootstrap'];
    for (const folder of folders) await mkdir(machine.path(folder), { recursive: true });
    await symlink(SCRIPTS, machine.path('opt/bootstrap/node'));
    await cp(STAND_INS, machine.path('bin'), { recursive: true });
    // There is one user here, whoever that is; and nobody who keeps a journal.
    for (const name of ['getent', 'useradd', 'journalctl']) await machine.program(`bin/${name}`, 'exit 0');
    for (const name of PROGRAMS) {
      const words = packages.command(name).map((word) => `'${word}'`);
      // Not exec: a switch may have something to do when it has ended.
      const run =
        name === 'etcdctl'
          ? `. "$BOOTSTRAP_ROOT/bin/kill-switch"\n${words.join(' ')} "$@"`
          : `exec ${words.join(' ')} "$@"`;
      await machine.program(`opt/bootstrap/bin/${name}`, run);
    }
    return machine;
  }

  path(path: string): string {
    return join(this.root, path);
  }

  async configure(settings: Readonly<Record<string, string>>, mailbox: string): Promise<void> {
    await writeFile(this.path('etc/bootstrap/settings'), shellVariables({ FORMAT: '1', MAILBOX: mailbox }));
    await writeFile(this.path('etc/bootstrap/node.env'), shellVariables(settings));
    await writeFile(this.path('etc/bootstrap/box'), `box-of-${settings['NODE'] ?? ''}\n`);
  }

  async write(path: string, content: string, mode = 0o644): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), content, { mode });
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  async program(path: string, body: string): Promise<void> {
    await writeFile(this.path(path), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  /** As the agent does it. */
  stage(name: string): Promise<Ended> {
    return this.run(join(SCRIPTS, 'run-stage'), name);
  }

  /** It is given its seat, and votes. */
  async vote(): Promise<Ended> {
    const seated = await this.stage('seat');
    if (seated.code !== 0) return seated;
    const { code, output } = await this.stage('etcd');
    return { code, output: seated.output + output };
  }

  /** A script of the node's. */
  script(name: string, ...args: readonly string[]): Promise<Ended> {
    return this.run('sh', this.path(`opt/bootstrap/node/${name}`), ...args);
  }

  /** In a session of its own, so that a switch which kills it kills nobody else. */
  async run(program: string, ...args: readonly string[]): Promise<Ended> {
    const [command = program, ...words] = [...this.#inside, program, ...args];
    const child = spawn(command, words, { env: this.#environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), closed(child)]);
    this.#running.delete(child);
    return { code: child.exitCode, output: output + errors };
  }

  /** etcdctl of this machine, through its own member. */
  etcdctl(...args: readonly string[]): Promise<Ended> {
    return this.run(this.path('opt/bootstrap/node/etcdctl'), ...args);
  }

  /** A round of what looks after etcd. */
  care(): Promise<Ended> {
    return this.script('etcd-care.sh', 'once');
  }

  /** Started by hand, or by the care. */
  fire(unit: string): Promise<Ended> {
    return this.run(this.path('bin/systemctl'), 'start', unit);
  }

  /** All that runs on it is gone at once. */
  async crash(): Promise<void> {
    for (const child of this.#running) if (child.pid !== undefined) kill(-child.pid);
    const notes = await readdir(this.path('run/systemd')).catch(() => []);
    for (const note of notes.filter((name) => name.endsWith('.session'))) {
      const path = this.path(`run/systemd/${note}`);
      const pid = Number(await readFile(path, 'utf8').catch(() => ''));
      if (pid > 0) {
        kill(-pid);
        while (isAlive(pid)) await sleep(LOOK_MS);
      }
      await rm(path, { force: true });
    }
  }

  /** What is enabled, starts at boot. */
  async boot(): Promise<void> {
    await rm(this.path('run/bootstrap'), { recursive: true, force: true });
    await mkdir(this.path('run/bootstrap'));
    const notes = await readdir(this.path('run/systemd')).catch(() => []);
    for (const note of notes.filter((name) => name.endsWith('.service.enabled'))) {
      await this.fire(note.replace(/\.enabled$/, ''));
    }
  }

  /** Another machine with the same name: an empty disk. */
  async wipe(): Promise<void> {
    await this.crash();
    for (const folder of ['var/lib/bootstrap', 'run', 'etc/systemd']) {
      await rm(this.path(folder), { recursive: true, force: true });
    }
    await rm(this.path('etc/bootstrap/etcd.yaml'), { force: true });
    await mkdir(this.path('var/lib/bootstrap'), { recursive: true });
    await mkdir(this.path('run/bootstrap'), { recursive: true });
  }

  log(unit: string): Promise<string> {
    return readFile(this.path(`var/log/${unit}.log`), 'utf8').catch(() => '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
    await rm(this.root, { recursive: true, force: true, maxRetries: 10 });
  }

  get #environment(): NodeJS.ProcessEnv {
    const path = `${this.path('bin')}:/usr/sbin:/usr/bin:/sbin:/bin`;
    return {
      PATH: path,
      PYTHONPATH: this.path('bin'),
      BOOTSTRAP_ROOT: this.root,
      STAND_PID: String(process.pid),
      HOME: this.root,
    };
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
