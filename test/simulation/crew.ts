import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from './jobs.ts';

/** One worker per core, each with one job at a time. */
export class Crew implements AsyncDisposable {
  readonly size: number;
  readonly #workers: readonly Worker[];

  /** `program`: of each worker. */
  constructor(program: URL, size: number = availableParallelism()) {
    this.size = size;
    const execArgv = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
    this.#workers = Array.from({ length: size }, () => new Worker(program, { execArgv }));
  }

  /** Hands out jobs until there are no more, or `onResult` answers that it has seen enough. */
  async work(jobs: Iterable<Job>, onResult: (job: Job, result: JobResult) => boolean): Promise<void> {
    const queue = jobs[Symbol.iterator]();
    let enough = false;
    const serve = async (worker: Worker): Promise<void> => {
      while (!enough) {
        const next = queue.next();
        if (next.done === true) return;
        const result = await ask(worker, next.value);
        if (!onResult(next.value, result)) enough = true;
      }
    };
    await Promise.all(this.#workers.map(serve));
  }

  /** The same jobs in two workers that share nothing. */
  async twice(job: Job): Promise<readonly [JobResult, JobResult]> {
    const [first, second = first] = this.#workers;
    if (first === undefined || second === undefined) throw new RangeError('There is no worker.');
    return [await ask(first, job), await ask(second, job)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, job: Job): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(error);
    worker.once('error', onError);
    worker.once('message', (result: JobResult) => {
      worker.off('error', onError);
      resolve(result);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    worker.postMessage(job);
  });
}
