import type { ChildProcess } from 'node:child_process';
import type { Workplace } from '../workplace.ts';

/** Far more than anything takes that is asked of a machine. */
const PATIENCE_MS = 180_000;
const MARK = 'the-end-of-it';

export interface Said {
  readonly code: number;
  /** Both streams, as they came. */
  readonly output: string;
}

/**
 * A shell of root on a machine, entered once by `bootstrap ssh`: where everything is emulated, coming in takes longer than
 * what is asked there. It is gone with its machine, and whoever asks next opens another.
 */
export class RootShell {
  readonly #child: ChildProcess;
  #heard = '';
  #wake: () => void = () => undefined;
  isOpen = true;

  constructor(place: Workplace, cluster: string, node: string) {
    this.#child = place.start(['ssh', cluster, node, '--', 'sudo', 'sh'], 'pipe');
    const hear = (text: string): void => {
      this.#heard += text;
      this.#wake();
    };
    this.#child.stdout?.setEncoding('utf8').on('data', hear);
    this.#child.stderr?.setEncoding('utf8').on('data', hear);
    this.#child.stdin?.on('error', () => undefined);
    this.#child.on('close', () => {
      this.isOpen = false;
      this.#wake();
    });
  }

  /** One after the other: whoever asks waits until it is answered. */
  async ask(script: string, patienceMs: number = PATIENCE_MS): Promise<Said> {
    this.#heard = '';
    this.#child.stdin?.write(`(\n${script}\n) 2>&1 </dev/null\necho "${MARK} $?"\n`);
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const end = new RegExp(`^([^]*?)${MARK} (\\d+)\n`).exec(this.#heard);
      if (end !== null) return { code: Number(end[2]), output: end[1] ?? '' };
      if (!this.isOpen || performance.now() > untilMs) return this.#lost();
      await this.#more(untilMs);
    }
  }

  close(): void {
    this.isOpen = false;
    const { pid, exitCode, signalCode } = this.#child;
    // With what it has started: the group is its own.
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGTERM');
  }

  #lost(): Said {
    this.close();
    return { code: 255, output: this.#heard };
  }

  async #more(untilMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, untilMs - performance.now());
    await promise;
    clearTimeout(timer);
  }
}
