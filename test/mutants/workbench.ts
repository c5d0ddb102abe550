import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../tooling/repository.ts';
import type { Killer, Mutant } from './mutant.ts';
import { endGroup } from './process-group.ts';
import { TestJudge } from './test-judge.ts';
import { broke, type Verdict } from './verdict.ts';

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
  readonly #product: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #tests: TestJudge;
  #simulation: ChildProcess | undefined;

  private constructor(product: string, env: NodeJS.ProcessEnv) {
    this.#product = product;
    this.#env = env;
    this.#tests = new TestJudge(product, env);
  }

  /** In a folder of its own, where also stays what the killers leave behind. */
  static async open(folder: string): Promise<Workbench> {
    const product = join(folder, 'product');
    const leftovers = join(folder, 'tmp');
    await mkdir(leftovers, { recursive: true });
    await Promise.all(COPIED.map((name) => cp(join(repository, name), join(product, name), { recursive: true })));
    await symlink(join(repository, 'node_modules'), join(product, 'node_modules'));
    return new Workbench(product, { ...process.env, TMPDIR: leftovers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tests[Symbol.asyncDispose]();
    if (this.#simulation === undefined) return;
    this.#simulation.removeAllListeners();
    await endGroup(this.#simulation);
  }

  /** Breaks the product, lets the killers look at it in turn until one has noticed, and mends it. */
  async try({ file, anchor, replacement }: Mutant, killers: readonly Killer[]): Promise<Fate> {
    const path = join(this.#product, file);
    const whole = await readFile(path, 'utf8');
    if (!standsOnce(anchor, whole)) return { fate: 'not-there' };
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

  /** Whether there is what it would break. */
  async knows({ file, anchor }: Mutant): Promise<boolean> {
    return standsOnce(anchor, await readFile(join(this.#product, file), 'utf8'));
  }

  trusts(killer: Killer): Promise<boolean> {
    return this.#passes(killer, SECONDS_TO_TRUST);
  }

  /** Whether the killer finds nothing wrong. One that ends twice without a word on it is an error, not a kill. */
  async #passes(killer: Killer, seconds: number, tries = 2): Promise<boolean> {
    const { outcome, detail } = await (killer.by === 'tests'
      ? this.#tests.judge(killer.files, PATIENCE_MS)
      : this.#simulate(seconds));
    if (outcome !== 'broke') return outcome === 'passed';
    if (tries > 1) return this.#passes(killer, seconds, tries - 1);
    throw new Error(`${nameOf(killer)} broke down instead of judging:\n${detail}`);
  }

  #simulate(seconds: number): Promise<Verdict> {
    const limits = ['--until-violation', '--seconds', String(seconds)];
    const child = spawn(process.execPath, ['--conditions=source', 'test/simulation/main.ts', ...limits], {
      cwd: this.#product,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#simulation = child;
    return new Promise((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const hang = setTimeout(() => {
        output += '\n0 passed, 1 failed (it hung)';
        void endGroup(child);
      }, PATIENCE_MS);
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(hang);
        resolve(verdictOf(code, output));
      });
    });
  }
}

function standsOnce(anchor: string, text: string): boolean {
  return text.split(anchor).length === 2;
}

/** What a judge says when it has found something, as opposed to not having been able to look. */
const FAILED = /[1-9]\d* failed/;

function verdictOf(code: number | null, output: string): Verdict {
  if (code === 0) return { outcome: 'passed', detail: '' };
  return FAILED.test(output) ? { outcome: 'failed', detail: '' } : broke(`(${code})\n${output.slice(-4_000)}`);
}

export function nameOf(killer: Killer): string {
  return killer.by === 'simulation' ? 'simulation' : killer.files.join(' ');
}
