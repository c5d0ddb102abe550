import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const USER = 'bootstrap-machines';
/** What QEMU and the builder of images are on a Debian system. */
const PACKAGES = [
  'qemu-system-x86',
  'qemu-utils',
  'mmdebstrap',
  'uidmap',
  'e2fsprogs',
  'openssh-client',
  'procps',
  'iproute2',
  'shellcheck',
  'python3',
  'systemd',
  'cloud-init',
];

export interface Household {
  /** Undefined: whoever runs the tests. */
  readonly user: string | undefined;
  readonly home: string;
  /** Node and the built program, where the user can read them. */
  readonly node: string;
  readonly main: string;
}

/**
 * Somebody without any privilege, with the built program, on a machine that has the tools. Who is root makes a user for
 * it and installs what lacks; who is not is that somebody already, and is told what lacks by the program itself.
 */
export async function openHousehold(): Promise<Household> {
  if (process.getuid?.() !== 0) {
    const home = join(homedir(), '.cache', 'bootstrap-machines');
    await mkdir(home, { recursive: true });
    return { user: undefined, home, node: process.execPath, main: join(REPOSITORY, 'dist', 'src', 'cli', 'main.js') };
  }
  await installPackages();
  const home = await ensureUser();
  const program = join(home, 'program');
  await copyProgram(program);
  const node = join(program, 'node_modules', 'node', 'bin', 'node');
  return { user: USER, home, node, main: join(program, 'dist', 'src', 'cli', 'main.js') };
}

interface Start {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: 'ignore' | 'pipe';
}

/** Starts something as that somebody, in a process group of its own. */
export function startAs(
  { user, home }: Household,
  command: readonly string[],
  { environment = {}, stdin = 'ignore' }: Start = {},
): ChildProcess {
  const drop =
    user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--inh-caps=-all'];
  const [program = '', ...args] = [...drop, ...command];
  return spawn(program, args, {
    cwd: home,
    detached: true,
    stdio: [stdin, 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: home, USER: user ?? '', LANG: 'C.UTF-8', CI: 'true', ...environment },
  });
}

/** So that he can write there. */
export async function giveTo({ user }: Household, path: string): Promise<void> {
  if (user !== undefined) await run('chown', ['--recursive', `${user}:`, path]);
}

async function installPackages(): Promise<void> {
  const lacking: string[] = [];
  for (const name of PACKAGES) if (!(await isInstalled(name))) lacking.push(name);
  if (lacking.length === 0) return;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env: environment, maxBuffer: 2 ** 26 };
  await run('apt-get', ['update', '--quiet'], options);
  await run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...lacking], options);
}

async function isInstalled(name: string): Promise<boolean> {
  const found = await run('dpkg-query', ['--show', '--showformat=${db:Status-Status}', name]).catch(() => undefined);
  return found?.stdout === 'installed';
}

/** Answers the home directory. */
async function ensureUser(): Promise<string> {
  const known = await run('getent', ['passwd', USER]).catch(() => undefined);
  if (known === undefined) await run('useradd', ['--create-home', '--shell', '/bin/sh', USER]);
  // Ids for the users of an image that is built without root.
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.split('\n').some((line) => line.startsWith(`${USER}:`))) continue;
    const range = `${RANGE_FIRST}-${RANGE_FIRST + RANGE_SIZE - 1}`;
    await run('usermod', [file === '/etc/subuid' ? '--add-subuids' : '--add-subgids', range, USER]);
  }
  const { stdout } = await run('getent', ['passwd', USER]);
  return stdout.split(':')[5] ?? join(tmpdir(), USER);
}

const RANGE_FIRST = 700_000;
const RANGE_SIZE = 65_536;

/** The repository may be where only root can read. */
async function copyProgram(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const name of ['dist', 'node_modules', 'package.json']) {
    await cp(join(REPOSITORY, name), join(target, name), { recursive: true, verbatimSymlinks: true });
  }
  await chmod(target, 0o755);
  await run('chmod', ['--recursive', 'a+rX', target]);
}
