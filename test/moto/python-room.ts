import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
/** What moto needs. */
const MINOR_MIN = 10;
const INSTALL_MS = 240_000;

/**
 * A virtual environment with exactly the packages of a requirements file, each known by its hash: made when first asked
 * for, kept for whoever asks later on this machine. Returns its Python.
 */
export async function pythonWith(requirementsPath: string): Promise<string> {
  const python = await findPython();
  const key = createHash('sha256')
    .update(`${python.version} ${await readFile(requirementsPath, 'utf8')}`)
    .digest('hex')
    .slice(0, 16);
  const room = join(tmpdir(), `bootstrap-python-${key}`);
  const inside = join('bin', 'python');
  if (await isOwn(room)) return join(room, inside);
  const draft = await mkdtemp(`${room}-`);
  try {
    await install(python.program, draft, requirementsPath);
    // Whole or not at all; whoever was faster has made the same.
    await rename(draft, room).catch(async (error: unknown) => {
      if (!(await isOwn(room))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(room, inside);
}

async function install(python: string, room: string, requirementsPath: string): Promise<void> {
  await explained(`${python} cannot make a virtual environment (Debian: apt-get install python3-venv)`, () =>
    run(python, ['-m', 'venv', room], { timeout: INSTALL_MS }),
  );
  const exactly = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check'];
  await explained(`pip cannot install ${requirementsPath}`, () =>
    run(join(room, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...exactly, '-r', requirementsPath], {
      timeout: INSTALL_MS,
    }),
  );
}

interface Python {
  readonly program: string;
  readonly version: string;
}

async function findPython(): Promise<Python> {
  const found: string[] = [];
  for (const program of PYTHONS) {
    const version = await versionOf(program);
    if (version === undefined) continue;
    if (Number(version.split('.')[1]) >= MINOR_MIN) return { program, version };
    found.push(`${program} is ${version}`);
  }
  const seen = found.length === 0 ? 'there is none' : found.join(', ');
  throw new Error(`These tests need Python 3.${MINOR_MIN} or newer on the PATH for the emulator moto; ${seen}.`);
}

async function versionOf(program: string): Promise<string | undefined> {
  const question = 'import platform; print(platform.python_version(), platform.machine())';
  const answer = await run(program, ['-c', question]).catch(() => undefined);
  return answer?.stdout.startsWith('3.') === true ? answer.stdout.trim() : undefined;
}

/** The temporary folder is everybody's: what somebody else has put there is not run. */
async function isOwn(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}

async function explained(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`${what}: ${said}`, { cause: error });
  }
}
