import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';
import { type NodeBundle, readNodeBundle } from '#cloud-init/node-bundle.ts';
import { readBucketStub, readNodeStub } from '#cloud-init/node-stub.ts';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { type BucketMailboxPlace, renderUserData } from '#cloud-init/user-data.ts';
import { Hello, Welcome } from '#host/protocol.ts';
import { SystemFiles } from '#std/system-files.ts';
import { MailboxServer } from './mailbox-server.ts';
import type { TestAuthority } from './test-authority.ts';

export const BOX = 'abcdefghijklmnop';
export const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIhost';
const NODE_SCRIPTS = fileURLToPath(new URL('../../../cloud-init/node', import.meta.url));
const RESULT = 'run/cloud-init/result.json';
const UPTIME_MS = 12_340;
const ROLE = 'worker';

/** Sleeping is noted, and over at once but for a moment. */
const SLEEP = `#!/bin/sh\necho "$1" >>"$BOOTSTRAP_ROOT/slept"\nexec /bin/sleep 0.02\n`;
/** Notes what it is told. Nothing has failed, unless a file says so. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$BOOTSTRAP_ROOT/systemctl"
[ "$1 $2" != '-q is-failed' ] || [ -e "$BOOTSTRAP_ROOT/unit-failed" ]
`;

/** What systemd does with the unit of the user-data: it reads the settings, and starts the program. */
const UNIT_OF_A_BUCKET = `
set -a
. "$BOOTSTRAP_ROOT/etc/bootstrap/settings"
exec /usr/bin/python3 -B "$BOOTSTRAP_ROOT/etc/bootstrap/bucket.py" >>"$BOOTSTRAP_ROOT/node.log" 2>&1
`;

/** Keeps the door running, in a process group of its own, which ends with the tests at the latest. */
const STARTS_THE_DOOR = `${SYSTEMCTL.trimEnd()} || exit 1
case $* in 'start bootstrap-mailbox.service') ;; *) exit 0 ;; esac
session=$BOOTSTRAP_ROOT/door.session
[ ! -e "$session" ] || ! kill -0 "$(cat "$session")" 2>/dev/null || exit 0
PATH=/usr/bin:/bin setsid sh -c 'while kill -0 ${process.pid}; do "$BOOTSTRAP_ROOT"/opt/bootstrap/node/mailbox-door.sh; /bin/sleep 0.1; done' \
  >>"$BOOTSTRAP_ROOT/door.log" 2>&1 9>&- &
echo $! >"$session"
`;

const CloudConfig = z.looseObject({
  write_files: z.array(z.strictObject({ path: z.string(), content: z.string(), encoding: z.string().optional() })),
});

/** More stages than ours, by their names. */
type Scripts = Readonly<Record<string, string>>;

interface Given {
  readonly scripts?: Scripts;
  /** What machines of its role make keys for. */
  readonly purposes?: readonly string[];
  readonly box?: string;
}

/** A machine's disk in a folder, a mailbox, and the stub, the agent and the stages as they travel, run by the programs that are here. */
export class AgentStand implements AsyncDisposable {
  readonly mailbox: MailboxServer;
  readonly bundle: NodeBundle;
  /** Where the programs of this machine are found. */
  systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';
  readonly #root: string;
  readonly #running: ChildProcess[] = [];

  private constructor(root: string, mailbox: MailboxServer, bundle: NodeBundle) {
    this.#root = root;
    this.mailbox = mailbox;
    this.bundle = bundle;
  }

  static async open(given: Given = {}): Promise<AgentStand> {
    const root = await mkdtemp(join(tmpdir(), 'bootstrap-agent-'));
    const purposes = given.purposes ?? [];
    const keys = { purposes: `${ROLE} ${purposes.join(' ')}\n` };
    const bundle = await packScripts(join(root, 'scripts'), { ...keys, ...given.scripts });
    const stand = new AgentStand(root, await MailboxServer.open(), bundle);
    stand.mailbox.shelve(bundle.bytes);
    await stand.write('etc/bootstrap/stub.sh', await readNodeStub(new SystemFiles()));
    await stand.tellMailbox(stand.mailbox.url);
    await stand.write('var/lib/cloud/data/instance-id', `${given.box ?? BOX}\n`);
    await stand.write('proc/uptime', `${UPTIME_MS / 1_000} 3.00\n`);
    for (const file of ['slept', 'systemctl']) await stand.write(file, '');
    await stand.writeProgram('sleep', SLEEP);
    await stand.writeProgram('systemctl', SYSTEMCTL);
    // So that nothing is installed where the tests run.
    for (const name of ['wg', 'nft', 'ip', 'apt-get']) await stand.writeProgram(name, '#!/bin/sh\n');
    return stand;
  }

  tellMailbox(url: string): Promise<void> {
    const settings = { FORMAT: '1', MAILBOX: url, BUNDLE: this.bundle.sha256, ROLE };
    return this.write('etc/bootstrap/settings', shellVariables(settings));
  }

  /** Its mailbox is in a bucket from now on, and who it is it hears at `imds`. */
  async tellBucket(bucket: BucketMailboxPlace, imds: string, role = 'worker'): Promise<void> {
    const script = await readBucketStub(new SystemFiles());
    const common = { stub: { format: 1 }, bundle: this.bundle.sha256, sshKeys: [], role };
    const { write_files: files } = CloudConfig.parse(
      parse(renderUserData({ ...common, script, mailbox: bucket }), { version: '1.1' }),
    );
    for (const { path, content, encoding } of files) {
      const isPacked = encoding === 'gz+b64';
      await this.write(path, isPacked ? gunzipSync(Buffer.from(content, 'base64')).toString() : content);
    }
    await this.append('etc/bootstrap/settings', `IMDS=${imds}\n`);
    await this.write('etc/bootstrap/stub.sh', UNIT_OF_A_BUCKET);
    await this.writeProgram('systemctl', STARTS_THE_DOOR);
  }

  /** As it is when cloud-init has made the host's key and has ended, with these errors. */
  async boot(errors: readonly string[] = []): Promise<void> {
    await this.write('etc/ssh/ssh_host_ed25519_key.pub', `${HOST_KEY} root@worker-1\n`);
    await this.endCloudInit(errors);
  }

  async endCloudInit(errors: readonly string[] = []): Promise<void> {
    await this.write(RESULT, JSON.stringify({ v1: { datasource: 'DataSourceNoCloud', errors } }, undefined, 1));
  }

  /** What is in memory only is gone, and cloud-init has come to the same end. */
  async reboot(): Promise<void> {
    await this.remove('run');
    await this.endCloudInit();
  }

  /** Whoever says hello is welcomed, with certificates for what is asked for. */
  welcomeAll(changes: Partial<Welcome>, authority?: TestAuthority): void {
    this.mailbox.heard = (letter, body) => {
      if (letter !== 'hello') return;
      const { requests } = Hello.parse(JSON.parse(body));
      const certificates = Object.entries(requests).map(([purpose, request]) => {
        const pair = { certificate: authority?.sign(request) ?? '', authority: authority?.certificate ?? '' };
        return [purpose, pair] as const;
      });
      this.welcome({ certificates: Object.fromEntries(certificates), ...changes });
    };
  }

  welcome(changes: Partial<Welcome>): void {
    this.mailbox.letters.set('welcome', this.welcomeText(changes));
  }

  welcomeText(changes: Partial<Welcome>): string {
    return JSON.stringify(Welcome.parse({ ...WELCOME, ...changes }));
  }

  /** In a process group of its own. */
  start(script = 'etc/bootstrap/stub.sh', ...args: readonly string[]): ChildProcess {
    const env = { PATH: `${join(this.#root, 'bin')}:${this.systemPath}`, BOOTSTRAP_ROOT: this.#root };
    const agent = spawn('sh', [join(this.#root, script), ...args], { env, stdio: 'ignore', detached: true });
    this.#running.push(agent);
    return agent;
  }

  /** Its exit code. */
  async run(script?: string, ...args: readonly string[]): Promise<number | null> {
    const agent = this.start(script, ...args);
    await once(agent, 'exit');
    return agent.exitCode;
  }

  /** As when the power fails: nothing of it goes on. */
  async kill(agent: ChildProcess): Promise<void> {
    const isOver = agent.exitCode !== null || agent.signalCode !== null;
    killGroup(agent);
    if (!isOver) await once(agent, 'exit');
  }

  /** Resolves when it has slept so often. */
  async slept(times: number): Promise<readonly number[]> {
    for (;;) {
      const all = await this.lines('slept');
      if (all.length >= times) return all.map(Number);
      await pause(10);
    }
  }

  async lines(path: string): Promise<readonly string[]> {
    return (await this.read(path)).split('\n').filter((line) => line !== '');
  }

  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  path(path: string): string {
    return join(this.#root, path);
  }

  async has(path: string): Promise<boolean> {
    return (await stat(this.path(path)).catch(() => undefined)) !== undefined;
  }

  /** In octal digits. */
  async mode(path: string): Promise<string> {
    return ((await stat(this.path(path))).mode & 0o777).toString(8);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  append(path: string, text: string): Promise<void> {
    return appendFile(this.path(path), text);
  }

  async writeProgram(name: string, text: string): Promise<void> {
    await this.write(`bin/${name}`, text);
    await chmod(this.path(`bin/${name}`), 0o755);
  }

  async remove(path: string): Promise<void> {
    await rm(this.path(path), { recursive: true });
  }

  /** At once, and nobody starts it again but the agent. */
  async killDoor(): Promise<void> {
    const pid = Number(await this.read('door.session').catch(() => ''));
    if (pid > 0) killGroup({ pid });
    await rm(this.path('door.session'), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#running) killGroup(agent);
    await this.killDoor();
    await this.mailbox[Symbol.asyncDispose]();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const WELCOME: Welcome = {
  format: 1,
  cluster: 'a-cluster',
  incarnation: 'an-incarnation',
  node: 'worker-1',
  role: 'worker',
  region: 'local-1',
  zone: 'local-1a',
  settings: { NODE: 'worker-1' },
  secrets: {},
  certificates: {},
  assets: [],
  stages: ['network'],
};

/** Those of the repository and these, packed as they are for machines. */
async function packScripts(folder: string, scripts: Scripts): Promise<NodeBundle> {
  await cp(NODE_SCRIPTS, folder, { recursive: true });
  for (const [path, text] of Object.entries(scripts)) await writeFile(join(folder, path), text);
  return readNodeBundle(new SystemFiles(), folder);
}

function killGroup({ pid }: Pick<ChildProcess, 'pid'>): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it is gone already.
  }
}
