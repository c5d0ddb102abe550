import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readNodeAgent } from '#cloud-init/node-agent.ts';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { SystemFiles } from '#std/system-files.ts';

export const BOX = 'abcdefghijklmnop';
export const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIhost';
const RESULT = 'run/cloud-init/result.json';
const UPTIME_MS = 12_340;

/** Sleeping is noted, and over at once but for a moment. */
const SLEEP = `#!/bin/sh\necho "$1" >>"$BOOTSTRAP_ROOT/slept"\nexec /bin/sleep 0.02\n`;
/** Nothing has failed, unless a file says so. */
const SYSTEMCTL = `#!/bin/sh\n[ "$*" = '-q is-failed cloud-*' ] && [ -e "$BOOTSTRAP_ROOT/unit-failed" ]\n`;

/** A machine's disk in a folder, and the agent on it as it travels, run by dash with the programs that are here. */
export class AgentStand implements AsyncDisposable {
  readonly #root: string;
  readonly #running: ChildProcess[] = [];

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(mailbox: string, letters = 'stage-01-network'): Promise<AgentStand> {
    const stand = new AgentStand(await mkdtemp(join(tmpdir(), 'bootstrap-agent-')));
    await stand.write('etc/bootstrap/node-agent.sh', await readNodeAgent(new SystemFiles()));
    await stand.write('etc/bootstrap/settings', shellVariables({ FORMAT: '1', MAILBOX: mailbox, LETTERS: letters }));
    await stand.write('var/lib/cloud/data/instance-id', `${BOX}\n`);
    await stand.write('proc/uptime', `${UPTIME_MS / 1_000} 3.00\n`);
    await stand.write('slept', '');
    await stand.writeProgram('sleep', SLEEP);
    await stand.writeProgram('systemctl', SYSTEMCTL);
    return stand;
  }

  /** As it is when cloud-init has made the host's key and has ended, with these errors. */
  async boot(errors: readonly string[] = []): Promise<void> {
    await this.write('etc/ssh/ssh_host_ed25519_key.pub', `${HOST_KEY} root@worker-1\n`);
    await this.endCloudInit(errors);
  }

  async endCloudInit(errors: readonly string[] = []): Promise<void> {
    await this.write(RESULT, JSON.stringify({ v1: { datasource: 'DataSourceNoCloud', errors } }, undefined, 1));
  }

  start(): ChildProcess {
    const env = { PATH: `${join(this.#root, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`, BOOTSTRAP_ROOT: this.#root };
    const agent = spawn('sh', [join(this.#root, 'etc/bootstrap/node-agent.sh')], { env, stdio: 'ignore' });
    this.#running.push(agent);
    return agent;
  }

  /** Its exit code. */
  async run(): Promise<number | null> {
    const agent = this.start();
    await once(agent, 'exit');
    return agent.exitCode;
  }

  /** Resolves when it has slept so often. */
  async slept(times: number): Promise<readonly number[]> {
    for (;;) {
      const all = (await this.read('slept')).split('\n').filter((line) => line !== '');
      if (all.length >= times) return all.map(Number);
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  path(path: string): string {
    return join(this.#root, path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  async writeProgram(name: string, text: string): Promise<void> {
    await this.write(`bin/${name}`, text);
    await chmod(this.path(`bin/${name}`), 0o755);
  }

  async remove(path: string): Promise<void> {
    await rm(this.path(path), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#running) agent.kill('SIGKILL');
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }
}
