import type { LoggedEvent, RunHeading } from '#app/app.ts';
import { eventText } from './event-text.ts';
import { formatMoment } from './moment.ts';
import type { Palette } from './palette.ts';
import { problemLines } from './problem-text.ts';
import { Repetitions } from './repetitions.ts';

/** What is in the run log, as lines: a heading where another run begins. */
export class EventLog {
  readonly #palette: Palette;
  readonly #columns: number;
  readonly #headings = new Map<string, RunHeading>();
  readonly #repetitions = new Repetitions();
  #run: string | undefined;

  constructor(palette: Palette, columns: number) {
    this.#palette = palette;
    this.#columns = columns;
  }

  lines({ atMs, run, event }: LoggedEvent): readonly string[] {
    const { strong, faint } = this.#palette;
    const isFirst = this.#run === undefined;
    const heading = run === this.#run ? [] : [...(isFirst ? [] : ['']), strong(`run ${run}`)];
    this.#run = run;
    if (event.type === 'run-started') this.#headings.set(run, event.run);
    const text = this.#repetitions.includes(event, atMs) ? undefined : eventText(event);
    const told = text === undefined ? [] : [`${faint(formatMoment(atMs))}  ${text}`];
    if (event.type !== 'change-failed') return [...heading, ...told];
    const style = { palette: this.#palette, columns: this.#columns, run: this.#headings.get(run) };
    return [...heading, ...told, ...problemLines(event.problem, style).slice(1)];
  }
}
