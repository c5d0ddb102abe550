import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endGroup } from './process-group.ts';
import { broke, type Verdict, verdict } from './verdict.ts';

const PROGRAM = fileURLToPath(new URL('tests-worker.ts', import.meta.url));

/** Asks one process after the other whether test files pass; a process lives until it hangs or dies. */
export class TestJudge implements AsyncDisposable {
  readonly #product: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;

  constructor(product: string, env: NodeJS.ProcessEnv) {
    this.#product = product;
    this.#env = env;
  }

  async judge(filters: readonly string[], patienceMs: number): Promise<Verdict> {
    const child = (this.#process ??= this.#start());
    const { verdict: said, isLast } = await ask(child, { filters }, patienceMs);
    if (isLast) {
      this.#process = undefined;
      await endGroup(child);
    }
    return said;
  }

  /** Whoever still waits for a verdict gets none. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process === undefined) return;
    this.#process.removeAllListeners();
    await endGroup(this.#process);
  }

  #start(): ChildProcess {
    return spawn(process.execPath, [PROGRAM], {
      cwd: this.#product,
      env: { ...this.#env, NODE_ENV: 'test' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
  }
}

interface Answer {
  readonly verdict: Verdict;
  /** The process can answer no more. */
  readonly isLast: boolean;
}

function ask(child: ChildProcess, question: object, patienceMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(hang);
      child.removeAllListeners();
      resolve(answer);
    };
    const hang = setTimeout(
      () => settle({ verdict: { outcome: 'failed', detail: 'it hung' }, isLast: true }),
      patienceMs,
    );
    child.on('message', (message) => settle({ verdict: verdict.parse(message), isLast: false }));
    child.on('error', (error) => settle({ verdict: broke(error.message), isLast: true }));
    child.on('exit', (...how) =>
      settle({ verdict: broke(`the tests' process ended: ${how.join(' ')}`), isLast: true }),
    );
    child.send(question);
  });
}
