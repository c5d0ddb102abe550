import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type Reporter, type TestModule, type TestSpecification, type Vitest } from 'vitest/node';
import { broke, type Verdict } from './verdict.ts';

const FIRST_FAILURE = fileURLToPath(new URL('first-failure-worker.ts', import.meta.url));

/**
 * Runs test files without starting vitest for each. Every file still gets a process of its own, which loads every module
 * anew; what is kept is how the modules were translated, each as long as its file is what it was.
 */
export class WarmTests {
  readonly #vitest: Vitest;
  readonly #translated: Translated;
  readonly #ended: Ended;

  private constructor(vitest: Vitest, translated: Translated, ended: Ended) {
    this.#vitest = vitest;
    this.#translated = translated;
    this.#ended = ended;
  }

  /** `folder`: the product. `cacheDir`: where vitest may leave what it learns. */
  static async start(folder: string, cacheDir: string): Promise<WarmTests> {
    const translated: Translated = new Map();
    const ended = new Ended();
    const witness = {
      name: 'witness',
      enforce: 'pre' as const,
      transform(text: string, id: string) {
        const [path = ''] = id.split('?');
        // What is no file is vitest's own invention.
        if (isAbsolute(path)) translated.set(path, text);
      },
    };
    const vitest = await createVitest(
      {
        root: folder,
        config: 'test/tooling/vitest.config.ts',
        project: ['house'],
        watch: false,
        maxWorkers: 1,
        fsModuleCache: false,
        reporters: [ended],
      },
      { cacheDir, plugins: [witness] },
    );
    // Not `bail`: now and then vitest takes a minute to give up a file that has failed.
    for (const { config } of vitest.projects) config.setupFiles.push(FIRST_FAILURE);
    return new WarmTests(vitest, translated, ended);
  }

  async judge(filters: readonly string[]): Promise<Verdict> {
    const found = await Promise.all(filters.map((filter) => this.#vitest.globTestSpecifications([filter])));
    const missing = filters.filter((_, index) => found[index]?.length === 0);
    if (missing.length > 0) return broke(`there is no test file ${missing.join(' ')}`);
    for (const specification of new Set(found.flat())) {
      const verdict = await this.#run(specification);
      if (verdict.outcome !== 'passed') return verdict;
    }
    return { outcome: 'passed', detail: '' };
  }

  async #run(specification: TestSpecification): Promise<Verdict> {
    const changed = await this.#forgetChanged();
    this.#ended.modules.length = 0;
    const { unhandledErrors } = await this.#vitest.runTestSpecifications([specification]);
    const stale = await this.#staleOf(changed);
    if (stale.length > 0) return broke(`judged by what stood earlier in ${stale.join(' ')}`);
    const [module] = this.#ended.modules;
    if (module?.ok() === false) return { outcome: 'failed', detail: module.relativeModuleId };
    if (unhandledErrors.length > 0) return broke(JSON.stringify(unhandledErrors));
    if (module?.state() === 'passed' || module?.state() === 'skipped') return { outcome: 'passed', detail: '' };
    return broke(`${specification.moduleId} did not come to an end`);
  }

  /** By what the files say, not by when they were written: two breaks may follow one another within a tick of the clock. */
  async #forgetChanged(): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const [path, text] of this.#translated) {
      if ((await textAt(path)) === text) continue;
      changed.push(path);
      this.#translated.delete(path);
      this.#vitest.invalidateFile(path);
    }
    return changed;
  }

  /** Which of the files are in vitest's hands without having been translated as they are now. */
  async #staleOf(changed: readonly string[]): Promise<readonly string[]> {
    const held = changed.filter((path) => this.#isHeld(path));
    const texts = await Promise.all(held.map(textAt));
    return held.filter((path, index) => this.#translated.get(path) !== texts[index]);
  }

  #isHeld(path: string): boolean {
    const environments = this.#vitest.projects.flatMap(({ vite }) => Object.values(vite.environments));
    const modules = environments.flatMap(({ moduleGraph }) => [...(moduleGraph.getModulesByFile(path) ?? [])]);
    return modules.some(({ transformResult }) => transformResult !== null);
  }
}

/** By path, the text that a module was last translated from. */
type Translated = Map<string, string>;

/** Test files whose run has come to an end, since somebody last emptied the list. */
class Ended implements Reporter {
  readonly modules: TestModule[] = [];

  onTestModuleEnd(module: TestModule): void {
    this.modules.push(module);
  }
}

function textAt(path: string): Promise<string> {
  return readFile(path, 'utf8');
}
