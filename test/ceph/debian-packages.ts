import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mapLimit } from '#std/map-limit.ts';

const run = promisify(execFile);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const ARCHIVE = 'http://deb.debian.org/debian';
const FETCH_MS = 240_000;
const UNPACKED_AT_ONCE = 2;

/** What a processor is called in paths, and its loader. */
const MACHINES = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
} as const;

/** Debian packages with everything they need, unpacked beside the system: nothing is installed, nothing is started. */
export class UnpackedPackages {
  readonly root: string;
  readonly libraries: string;
  readonly #loader: string;

  constructor(root: string) {
    const { triplet, loader } = machine();
    this.root = root;
    this.libraries = join(root, 'usr', 'lib', triplet);
    this.#loader = join(this.libraries, loader);
  }

  /** The command that runs one of its programs with its own libraries, whatever this system has. */
  command(program: string): readonly [string, ...string[]] {
    const places = [this.libraries, join(this.libraries, 'ceph')].join(':');
    return [this.#loader, '--library-path', places, join(this.root, 'usr', 'bin', program)];
  }
}

interface Wanted {
  /** The code name of a release of Debian from 13 on. */
  readonly suite: string;
  readonly names: readonly string[];
}

/** Fetched by apt, its signatures checked, when first asked for; kept for whoever asks later on this machine. */
export async function debianPackages({ suite, names }: Wanted): Promise<UnpackedPackages> {
  const key = createHash('sha256')
    .update([suite, ...names].join(' '))
    .digest('hex')
    .slice(0, 16);
  const room = join(tmpdir(), `bootstrap-debian-${suite}-${key}`);
  if (await isOwn(room)) return new UnpackedPackages(room);
  const draft = await mkdtemp(`${room}-`);
  try {
    const archives = await fetchArchives(draft, suite, names);
    const root = join(draft, 'root');
    await mkdir(root);
    await mapLimit(archives, UNPACKED_AT_ONCE, async (archive) => {
      await explained(`${archive} cannot be unpacked`, run('dpkg-deb', ['--extract', archive, root]));
    });
    // Whole or not at all; whoever was faster has made the same.
    await rename(root, room).catch(async (error: unknown) => {
      if (!(await isOwn(room))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return new UnpackedPackages(room);
}

/** The packages and all they depend on, as if nothing were installed yet. */
async function fetchArchives(draft: string, suite: string, names: readonly string[]): Promise<readonly string[]> {
  const archives = join(draft, 'archives');
  await Promise.all(['lists', 'archives'].map((name) => mkdir(join(draft, name, 'partial'), { recursive: true })));
  await writeFile(join(draft, 'status'), '');
  await writeFile(join(draft, 'sources.list'), `deb [signed-by=${KEYRING}] ${ARCHIVE} ${suite} main\n`);
  const config = join(draft, 'apt.conf');
  await writeFile(config, aptConfig(draft));
  const apt = (...args: readonly string[]) =>
    explained(
      `apt-get ${args[0]} failed (these tests need apt, the archive keyring of Debian and a mirror of ${suite})`,
      run('apt-get', ['-q', '-y', '-c', config, ...args], { timeout: FETCH_MS, maxBuffer: 2 ** 26 }),
    );
  await apt('update');
  await apt('install', '--download-only', ...names);
  const files = await readdir(archives);
  return files.filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

/** Everything of its own; of the system's configuration only how to reach a mirror. */
function aptConfig(draft: string): string {
  return `
#clear APT::Update;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
Dir::State "${draft}";
Dir::State::lists "${draft}/lists";
Dir::State::status "${draft}/status";
Dir::Cache "${draft}";
Dir::Cache::archives "${draft}/archives";
Dir::Etc::sourcelist "${draft}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
`;
}

function machine(): (typeof MACHINES)[keyof typeof MACHINES] {
  const { arch } = process;
  if (arch === 'x64' || arch === 'arm64') return MACHINES[arch];
  throw new Error(`These tests know Debian on x64 and arm64, not on ${arch}.`);
}

/** The temporary folder is everybody's: what somebody else has put there is not run. */
async function isOwn(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}

async function explained<Answer>(what: string, work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`${what}: ${said}`, { cause: error });
  }
}
