import { isProblem, problem } from '#engine/problem.ts';
import type { EndedProgram } from '#std/programs.ts';
import { unlessAbsent } from '../../acts.ts';
import { BUILDABLE, type BuilderWorld, type ImageOrder } from './image-order.ts';
import { keysOf } from './keyring.ts';

/** The program that is looked for, and the Debian package that has it. */
const TOOLS = [
  ['mmdebstrap', 'mmdebstrap'],
  ['tar', 'tar'],
  ['xz', 'xz-utils'],
] as const;
const UNPRIVILEGED_TOOLS = [['newuidmap', 'uidmap']] as const;

/** Some of the programs are kept where only the administrator's search path leads. */
const SYSTEM_PATHS = '/usr/sbin:/sbin';
const SAID_LINES = 15;

/** Runs programs as the root of a name space of their own, or as root where we are that already. */
export class Builder {
  readonly mode: 'root' | 'unshare';
  readonly #world: BuilderWorld;

  constructor(world: BuilderWorld, mode: 'root' | 'unshare') {
    this.#world = world;
    this.mode = mode;
  }

  /** As who we are. */
  async run(program: string, args: readonly string[], options: BuilderOptions = {}): Promise<string> {
    return said(await this.#start(program, args, options), options.signal, program);
  }

  /** As root of what the build makes. `standardInput`: a file. */
  async runInside(script: string, args: readonly string[], options: BuilderOptions = {}): Promise<string> {
    const shell = ['sh', '-c', script, 'sh', ...args];
    const command = this.mode === 'root' ? shell : ['mmdebstrap', '--unshare-helper', ...shell];
    // The file is opened by us, who may, and handed on.
    const redirected = ['-c', 'input="$1"; shift; exec "$@" < "$input"', 'sh', options.standardInput ?? '/dev/null'];
    return said(await this.#start('sh', [...redirected, ...command], options), options.signal, 'the builder');
  }

  #start(program: string, args: readonly string[], options: BuilderOptions): Promise<EndedProgram> {
    const PATH = `${this.#world.environment.variables['PATH'] ?? ''}:${SYSTEM_PATHS}`;
    const variables = { PATH, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...options.variables };
    return this.#world.programs.run(program, args, {
      variables,
      // Whatever the caller stands in may be closed to the name space.
      directory: '/',
      signal: options.signal,
      hear: options.hear,
    });
  }
}

export interface BuilderOptions {
  readonly signal?: AbortSignal | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly standardInput?: string | undefined;
  readonly hear?: ((text: string) => void) | undefined;
}

/** Says all that is missing before anything is made. */
export async function checkBuilder(world: BuilderWorld, order: ImageOrder, signal: AbortSignal): Promise<Builder> {
  const { programs, host } = world;
  if (host.platform !== 'linux' || (await programs.find('apt-get')) === undefined) {
    throw unfit('Images are made from Debian packages by apt, which this system does not have.');
  }
  if (host.architecture !== order.architecture) {
    throw unfit(
      `An image for ${order.architecture} is made on a machine of that kind; this one is ${host.architecture}.`,
    );
  }
  const { stdout: user } = await programs.run('id', ['-u'], { signal });
  const isRoot = user.trim() === '0';
  const missing = await missingPackages(world, order, isRoot);
  if (missing.length > 0) throw toolsMissing(missing);
  const builder = new Builder(world, isRoot ? 'root' : 'unshare');
  if (!isRoot) await checkNameSpaces(builder, signal);
  return builder;
}

async function missingPackages(
  world: BuilderWorld,
  { system }: ImageOrder,
  isRoot: boolean,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [program, needed] of [...TOOLS, ...(isRoot ? [] : UNPRIVILEGED_TOOLS)]) {
    if ((await world.programs.find(program)) === undefined) missing.push(needed);
  }
  const { suite, keyring } = BUILDABLE[system];
  const keys = await Promise.all(keysOf(suite).map((path) => unlessAbsent(() => world.disk.size(path))));
  if (keys.every((size) => size === undefined)) missing.push(keyring);
  return missing;
}

async function checkNameSpaces(builder: Builder, signal: AbortSignal): Promise<void> {
  try {
    await builder.runInside('true', [], { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const detail = isProblem(cause) ? cause.detail : String(cause);
    throw unfit(`This user cannot have a name space of its own with more than one user in it: ${detail}`);
  }
}

function said({ code, stdout, stderr }: EndedProgram, signal: AbortSignal | undefined, program: string): string {
  signal?.throwIfAborted();
  if (code === 0) return stdout;
  const last = stderr.trim().split('\n').slice(-SAID_LINES).join('\n');
  throw problem('local.build-failed', { detail: `${program} ended with ${code ?? 'a signal'}:\n${last}` });
}

function unfit(detail: string): Error {
  return problem('local.builder-unfit', { detail });
}

function toolsMissing(missing: readonly string[]): Error {
  const names = missing.map((each) => each.replace(/ .*$/, ''));
  return problem('local.builder-tools', {
    detail: `Missing: ${missing.join(', ')}.`,
    remedy: `Nothing was made. Install what is missing, then build again:\n  sudo apt-get install ${names.join(' ')}`,
  });
}
