import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdMachine } from './etcd-machine.ts';

const PAUSE_MS = 100;

interface WriterEnd {
  readonly written: number;
  /** Between two writes that a majority has. */
  readonly gapMs: number;
}

/** Somebody who uses the cluster all the time, through those that are to stay. */
export class EtcdWriter {
  readonly #machine: EtcdMachine;
  readonly #endpoints: string;
  readonly #done: Promise<WriterEnd>;
  #isStopped = false;

  constructor(machine: EtcdMachine, endpoints: readonly string[]) {
    this.#machine = machine;
    this.#endpoints = `--endpoints=${endpoints.join()}`;
    this.#done = this.#write();
  }

  stop(): Promise<WriterEnd> {
    this.#isStopped = true;
    return this.#done;
  }

  async #write(): Promise<WriterEnd> {
    let [written, gapMs, lastMs] = [0, 0, performance.now()];
    while (!this.#isStopped) {
      const put = ['put', 'written', String(written + 1)];
      const { code } = await this.#machine.etcdctl(
        this.#endpoints,
        '--command-timeout=2s',
        '--dial-timeout=1s',
        ...put,
      );
      if (code === 0) {
        written += 1;
        gapMs = Math.max(gapMs, performance.now() - lastMs);
        lastMs = performance.now();
      }
      await sleep(PAUSE_MS);
    }
    return { written, gapMs: Math.max(gapMs, performance.now() - lastMs) };
  }
}
