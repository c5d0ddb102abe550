import type { RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Screen } from '#std/terminal.ts';
import type { RunView } from './run-view.ts';
import { SIMULATED_END } from './words.ts';

/** One object for each line: its fields are a promise to scripts. */
const JSON_FORMAT = 1;

export class JsonView implements RunView {
  readonly #screen: Screen;
  readonly #clock: Clock;
  #startedAtMs: number | undefined;
  #isSimulated = false;

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
  }

  hear(event: RunEvent): void {
    if (event.type === 'run-started') this.#isSimulated = event.run.isSimulated;
    const isEdge = event.type === 'run-started' || event.type === 'run-finished';
    this.#write({ ...event, ...(isEdge && this.#isSimulated ? { notice: SIMULATED_END } : {}) });
  }

  note(text: string): void {
    this.#write({ type: 'note', text });
  }

  leave(continues: string): void {
    this.#write({ type: 'left', continues, ...(this.#isSimulated ? { notice: SIMULATED_END } : {}) });
  }

  fail(problem: Problem): void {
    this.#write({ type: 'problem', problem, ...(this.#isSimulated ? { notice: SIMULATED_END } : {}) });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #write(body: object): void {
    const nowMs = this.#clock.monotonicMs();
    this.#startedAtMs ??= nowMs;
    const elapsedMs = Math.round(nowMs - this.#startedAtMs);
    const line = { format: JSON_FORMAT, at: new Date(this.#clock.wallMs()).toISOString(), elapsedMs, ...body };
    this.#screen.write(`${JSON.stringify(line)}\n`);
  }
}
