import type { RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';
import type { Clock } from '#std/clock.ts';
import type { Screen } from '#std/terminal.ts';
import { abortedLines, closingLines, leftLines } from './closing-text.ts';
import { proseColumns } from './columns.ts';
import { formatDuration } from './duration.ts';
import { eventText } from './event-text.ts';
import type { Palette } from './palette.ts';
import { preflightRemarks } from './preflight-text.ts';
import { Repetitions } from './repetitions.ts';
import { RunProgress } from './run-progress.ts';
import type { RunView } from './run-view.ts';

const TIME_WIDTH = 8;

/** One line for each event, nothing that moves: for logs, and for terminals that are none. */
export class PlainView implements RunView {
  readonly #screen: Screen;
  readonly #palette: Palette;
  readonly #clock: Clock;
  readonly #progress = new RunProgress();
  readonly #repetitions = new Repetitions();
  #said: string | undefined;

  constructor(screen: Screen, palette: Palette, clock: Clock) {
    this.#screen = screen;
    this.#palette = palette;
    this.#clock = clock;
  }

  hear(event: RunEvent): void {
    const nowMs = this.#clock.monotonicMs();
    this.#progress.hear(event, nowMs);
    if (event.type === 'run-finished') {
      const style = { palette: this.#palette, columns: proseColumns(this.#screen) };
      this.#write(closingLines(event.outcome, this.#progress, style, nowMs));
      return;
    }
    const text = eventText(event);
    if (this.#repetitions.includes(event, nowMs) || (event.type === 'lease-waiting' && text === this.#said)) return;
    this.#said = text;
    if (text !== undefined) this.#write([`${this.#time(nowMs)}  ${this.#paint(event, `${text}${this.#took(event)}`)}`]);
    if (event.type === 'preflight')
      this.#write(preflightRemarks(event.findings, this.#palette, proseColumns(this.#screen)));
  }

  note(text: string): void {
    this.#write([`${this.#time(this.#clock.monotonicMs())}  ${this.#palette.care(text.replaceAll('\n', ' '))}`]);
  }

  leave(continues: string): void {
    this.#write(leftLines(continues, this.#progress, this.#palette));
  }

  fail(problem: Problem): void {
    this.#write(abortedLines(problem, this.#progress, { palette: this.#palette, columns: proseColumns(this.#screen) }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #took(event: RunEvent): string {
    if (event.type !== 'change-finished') return '';
    const { startedAtMs, endedAtMs } = this.#progress.step(event.address) ?? {};
    return startedAtMs === undefined || endedAtMs === undefined ? '' : ` in ${formatDuration(endedAtMs - startedAtMs)}`;
  }

  #paint({ type }: RunEvent, text: string): string {
    if (type === 'change-failed' || type === 'lease-lost') return this.#palette.bad(text);
    return type === 'change-skipped' || type === 'retrying' ? this.#palette.care(text) : text;
  }

  #time(nowMs: number): string {
    return this.#palette.faint(formatDuration(nowMs - this.#progress.startedAtMs).padStart(TIME_WIDTH));
  }

  #write(lines: readonly string[]): void {
    this.#screen.write(lines.map((line) => `${line}\n`).join(''));
  }
}
