import type { RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Screen } from '#std/terminal.ts';
import type { RunView } from './run-view.ts';
import { endNotice } from './words.ts';

/** One object for each line: its fields are a promise to scripts. */
const JSON_FORMAT = 1;

export class JsonView implements RunView {
  readonly #screen: Screen;
  readonly #clock: Clock;
  #startedAtMs: number | undefined;
  #notice: string | undefined;

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
  }

  hear(event: RunEvent): void {
    if (event.type === 'run-started') this.#notice = endNotice(event.run);
    const isEdge = event.type === 'run-started' || event.type === 'run-finished';
    this.#write({ ...event, ...(isEdge ? this.#edge() : {}) });
  }

  note(text: string): void {
    this.#write({ type: 'note', text });
  }

  leave(continues: string): void {
    this.#write({ type: 'left', continues, ...this.#edge() });
  }

  fail(problem: Problem): void {
    this.#write({ type: 'problem', problem, ...this.#edge() });
  }

  /** Where nothing is real, the first and the last word say so. */
  #edge(): object {
    return this.#notice === undefined ? {} : { notice: this.#notice };
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
