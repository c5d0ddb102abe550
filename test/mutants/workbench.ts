import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../tooling/repository.ts';
import type { Killer, Mutant } from './mutant.ts';

const COPIED = ['src', 'providers', 'cloud-init', 'test', 'README.md', 'package.json', 'tsconfig.json'];
/** Most mutants are seen within seconds; the patience is for slow machines. */
const SECONDS_TO_NOTICE = 150;
/** The whole product is simulated at length elsewhere. */
const SECONDS_TO_TRUST = 20;
/** Well beyond any killer's own limit: what hangs until here is stopped and counts as noticed. */
const PATIENCE_MS = 480_000;

export type Fate = { readonly fate: 'killed'; readonly by: string } | { readonly fate: 'survived' | 'not-there' };

/** A copy of the product that may be broken and mended again. */
export class Workbench implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Workbench> {
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-mutants-'));
    await Promise.all(COPIED.map((name) => cp(join(repository, name), join(folder, name), { recursive: true })));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    return new Workbench(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async try({ file, anchor, replacement, killers }: Mutant): Promise<Fate> {
    const path = join(this.#folder, file);
    const whole = await readFile(path, 'utf8');
    if (whole.split(anchor).length !== 2) return { fate: 'not-there' };
    await writeFile(
      path,
      whole.replace(anchor, () => replacement),
    );
    try {
      for (const killer of killers) {
        if (!(await this.#passes(killer, SECONDS_TO_NOTICE))) return { fate: 'killed', by: nameOf(killer) };
      }
      return { fate: 'survived' };
    } finally {
      await writeFile(path, whole);
    }
  }

  trusts(killer: Killer): Promise<boolean> {
    return this.#passes(killer, SECONDS_TO_TRUST);
  }

  /** Whether the killer finds nothing wrong. One that ends twice without a word on it is an error, not a kill. */
  async #passes(killer: Killer, seconds: number, tries = 2): Promise<boolean> {
    const { code, output } = await this.#run(commandOf(killer, seconds));
    if (code === 0) return true;
    if (FAILED.test(output)) return false;
    if (tries > 1) return this.#passes(killer, seconds, tries - 1);
    throw new Error(`${nameOf(killer)} broke down instead of judging (${code}):\n${output.slice(-4_000)}`);
  }

  #run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, {
        cwd: this.#folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const hang = setTimeout(() => {
        output += '\n0 passed, 1 failed (it hung)';
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, PATIENCE_MS);
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(hang);
        resolve({ code, output });
      });
    });
  }
}

/** What a judge says when it has found something, as opposed to not having been able to look. */
const FAILED = /[1-9]\d* failed/;

export function nameOf(killer: Killer): string {
  return killer.by === 'simulation' ? 'simulation' : killer.files.join(' ');
}

function commandOf(killer: Killer, seconds: number): readonly string[] {
  if (killer.by === 'tests') {
    const config = ['--config', 'test/tooling/vitest.config.ts', '--project', 'house', '--bail', '1'];
    return ['node_modules/vitest/vitest.mjs', 'run', ...config, ...killer.files];
  }
  const limits = ['--until-violation', '--seconds', String(seconds)];
  return ['--conditions=source', 'test/simulation/main.ts', ...limits];
}
