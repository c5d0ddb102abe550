import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import type { BuilderWorld } from '#providers/local/image/build/image-order.ts';
import { SeededRandom } from '../../../../../simulation/seeded-random.ts';

/** What the scripts of the builder take for granted on any Debian. */
const EVERYWHERE = [
  'sh',
  'mktemp',
  'chmod',
  'cp',
  'dd',
  'rm',
  'mv',
  'mkdir',
  'cat',
  'find',
  'awk',
  'truncate',
  'tar',
  'xz',
  'sleep',
  'env',
];

/** A directory of programs that is the whole search path, real ones beside those that a test makes up. */
export class BuilderHost implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async open(programs: Readonly<Record<string, string>>): Promise<BuilderHost> {
    const host = new BuilderHost(await mkdtemp(join(tmpdir(), 'bootstrap-builder-')));
    for (const place of ['bin', 'work', 'target', 'log']) await mkdir(join(host.root, place));
    for (const name of EVERYWHERE) await symlink(await realProgram(name), join(host.root, 'bin', name));
    for (const [name, script] of Object.entries(programs)) await host.install(name, script);
    return host;
  }

  async install(name: string, script: string): Promise<void> {
    const path = join(this.root, 'bin', name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  get target(): string {
    return join(this.root, 'target');
  }

  get work(): string {
    return join(this.root, 'work');
  }

  world({ platform = 'linux', architecture = 'amd64', hasKeys = true }: Facts = {}): BuilderWorld {
    const variables = { PATH: join(this.root, 'bin'), TMPDIR: this.work, LOG: join(this.root, 'log'), ROOT: this.root };
    return {
      random: new SeededRandom(1),
      environment: { variables, home: this.root },
      files: new SystemFiles(),
      disk: new DiskWithKeys(hasKeys),
      programs: new SystemPrograms({ variables }),
      host: {
        name: 'workstation',
        user: 'builder',
        platform,
        architecture,
        cores: 2,
        availableMemoryMiB: () => Promise.resolve(4096),
        bootId: () => Promise.resolve('boot'),
      },
    };
  }

  /** What is left where it worked. */
  leftovers(): Promise<string[]> {
    return readdir(this.work);
  }

  logged(name: string): Promise<string> {
    return readFile(join(this.root, 'log', name), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true });
  }
}

interface Facts extends Partial<Pick<BuilderWorld['host'], 'platform' | 'architecture'>> {
  /** Whether the workstation knows the keys of Debian. */
  readonly hasKeys?: boolean;
}

class DiskWithKeys extends SystemDisk {
  readonly #hasKeys: boolean;

  constructor(hasKeys: boolean) {
    super();
    this.#hasKeys = hasKeys;
  }

  override size(path: string): Promise<number | undefined> {
    if (path.startsWith('/usr/share/keyrings/')) return Promise.resolve(this.#hasKeys ? 1 : undefined);
    return super.size(path);
  }
}

async function realProgram(name: string): Promise<string> {
  const path = await new SystemPrograms().find(name);
  if (path === undefined) throw new Error(`This machine has no ${name}.`);
  return path;
}
