import type { PlanCost, RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Terminal } from '#std/terminal.ts';
import { abortedLines, closingLines, leftLines } from './closing-text.ts';
import { costSum } from './cost-text.ts';
import { eventText } from './event-text.ts';
import { LivePainting } from './live-painting.ts';
import type { Palette } from './palette.ts';
import { preflightRemarks } from './preflight-text.ts';
import { RunProgress } from './run-progress.ts';
import type { RunView } from './run-view.ts';

/** Said by what is painted. */
const QUIET: ReadonlySet<RunEvent['type']> = new Set(['apply-started', 'apply-finished', 'planned', 'lease-acquired']);

/** The run as it goes: what is finished folds into one line, what people wait for keeps its own. */
export class LiveView implements RunView {
  readonly #terminal: Terminal;
  readonly #palette: Palette;
  readonly #clock: Clock;
  readonly #progress = new RunProgress();
  #painting: LivePainting | undefined;
  #outcome: readonly string[] = [];

  constructor(terminal: Terminal, palette: Palette, clock: Clock) {
    this.#terminal = terminal;
    this.#palette = palette;
    this.#clock = clock;
  }

  hear(event: RunEvent): void {
    const nowMs = this.#clock.monotonicMs();
    this.#progress.hear(event, nowMs);
    if (event.type === 'run-finished') {
      const style = { palette: this.#palette, columns: this.#terminal.output.columns };
      this.#outcome = closingLines(event.outcome, this.#progress, style, nowMs);
    } else if (event.type === 'apply-started' && event.changes > 0) this.#startPainting();
    else if (this.#painting === undefined || !('address' in event)) this.#sayBeside(event);
    if (event.type === 'preflight')
      this.#write(preflightRemarks(event.findings, this.#palette, this.#terminal.output.columns));
  }

  note(text: string): void {
    const lines = text.split('\n').map((line) => this.#palette.care(line));
    if (this.#painting === undefined) this.#write(lines);
    else this.#painting.remarks = lines;
  }

  leave(continues: string): void {
    this.#outcome = leftLines(continues, this.#progress, this.#palette);
  }

  fail(problem: Problem): void {
    const style = { palette: this.#palette, columns: this.#terminal.output.columns };
    this.#outcome = abortedLines(problem, this.#progress, style);
  }

  async close(): Promise<void> {
    await this.#painting?.end();
    this.#painting = undefined;
    this.#write(this.#outcome);
    this.#outcome = [];
  }

  /** What is no resource's own is said once; it does not scroll away under what is painted. */
  #sayBeside(event: RunEvent): void {
    if (event.type === 'planned' && event.cost !== undefined) this.#sayCost(event.cost);
    const quiet = QUIET.has(event.type);
    const text = quiet || 'address' in event ? undefined : eventText(event);
    if (text === undefined) return;
    if (this.#painting !== undefined) this.#painting.remarks = [this.#palette.faint(text)];
    else this.#write([event.type === 'run-started' ? this.#palette.strong(text) : this.#palette.faint(text)]);
  }

  /** Before anything is made. */
  #sayCost(cost: PlanCost): void {
    const sum = cost.before === cost.after ? undefined : costSum(cost);
    if (sum !== undefined && this.#painting === undefined) this.#write([this.#palette.faint(sum)]);
  }

  #startPainting(): void {
    if (this.#painting !== undefined) return;
    this.#write(['']);
    this.#painting = new LivePainting(this.#terminal, this.#palette, this.#clock, this.#progress);
  }

  #write(lines: readonly string[]): void {
    this.#terminal.output.write(lines.map((line) => `${line}\n`).join(''));
  }
}
