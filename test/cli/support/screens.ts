import { type Canvas, groupLines, overallLine } from '#cli/views/live-screen.ts';
import { PLAIN_PALETTE } from '#cli/views/palette.ts';
import { RunProgress } from '#cli/views/run-progress.ts';
import type { Timed } from './scripted-app.ts';

export function progressUntil(story: readonly Timed[], untilMs: number): RunProgress {
  const progress = new RunProgress();
  for (const [atMs, event] of story) if (atMs <= untilMs) progress.hear(event, atMs);
  return progress;
}

/** What stands on the screen at one moment, without what listr2 puts around it. */
export function screenAt(story: readonly Timed[], nowMs: number, size: Pick<Canvas, 'columns' | 'rows'>): string {
  const progress = progressUntil(story, nowMs);
  const canvas: Canvas = { ...size, palette: PLAIN_PALETTE };
  const lines = progress.groups.flatMap((group) => {
    const [heading = '', ...details] = groupLines(group, progress, canvas, nowMs);
    return [`${group.isOver ? '✔' : '·'} ${heading}`, ...details.map((line) => `  ${line}`)];
  });
  return [...lines, `· ${overallLine(progress, canvas, nowMs)}`, ''].join('\n');
}

const ESCAPE = '\u001B[';

/** What an emulator of a terminal would show in the end: the last frame, and what was written after it. */
export function lastFrame(output: string): string {
  const screen = new Emulator();
  const [first = '', ...rest] = output.split(ESCAPE);
  screen.write(first);
  for (const part of rest) {
    const [whole, count = '', letter = ''] = /^([\d;?]*)([A-Za-z])/.exec(part) ?? [''];
    screen.obey(letter, count);
    screen.write(part.slice(whole.length));
  }
  return screen.text;
}

class Emulator {
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;

  get text(): string {
    return `${this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()}\n`;
  }

  write(text: string): void {
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) this.#goTo(this.#row + 1, 0);
      const before = this.#line.padEnd(this.#column);
      this.#line = before.slice(0, this.#column) + line + before.slice(this.#column + line.length);
      this.#column += line.length;
    }
  }

  obey(letter: string, argument: string): void {
    const count = Number.parseInt(argument, 10) || 1;
    if (letter === 'A') this.#goTo(Math.max(0, this.#row - count), this.#column);
    if (letter === 'B') this.#goTo(this.#row + count, this.#column);
    if (letter === 'G') this.#column = count - 1;
    if (letter === 'K') this.#line = argument === '2' ? '' : this.#line.slice(0, this.#column);
    if (letter === 'J') {
      this.#lines.splice(this.#row + 1);
      this.#line = this.#line.slice(0, this.#column);
    }
  }

  get #line(): string {
    return this.#lines[this.#row] ?? '';
  }

  set #line(text: string) {
    this.#lines[this.#row] = text;
  }

  #goTo(row: number, column: number): void {
    while (this.#lines.length <= row) this.#lines.push('');
    this.#row = row;
    this.#column = column;
  }
}
