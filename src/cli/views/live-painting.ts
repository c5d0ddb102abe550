import {
  DefaultRenderer,
  Listr,
  type ListrDefaultRendererLogLevels,
  ListrLogger,
  ProcessOutput,
  Spinner,
} from 'listr2';
import type { Clock } from '#std/clock.ts';
import type { Terminal } from '#std/terminal.ts';
import { type Canvas, groupLines, overallLine } from './live-screen.ts';
import type { Palette } from './palette.ts';
import type { Group, RunProgress } from './run-progress.ts';

const REFRESH_MS = 100;
/** Groups that may come up in one run. A list that is being painted cannot grow: places are kept free for them. */
const SLOTS_MAX = 24;

/** The groups of a run as listr2's tasks, painted again and again until the end. */
export class LivePainting {
  /** Stand under everything until others take their place. */
  remarks: readonly string[] = [];
  readonly #terminal: Terminal;
  readonly #palette: Palette;
  readonly #clock: Clock;
  readonly #progress: RunProgress;
  readonly #slots = Array.from({ length: SLOTS_MAX }, () => new Slot());
  readonly #overall = new Slot();
  readonly #bound = new Map<string, Slot>();
  readonly #end = new AbortController();
  readonly #painted: Promise<unknown>;
  readonly #refreshed: Promise<void>;

  constructor(terminal: Terminal, palette: Palette, clock: Clock, progress: RunProgress) {
    this.#terminal = terminal;
    this.#palette = palette;
    this.#clock = clock;
    this.#progress = progress;
    const beat = new Beat();
    this.#painted = this.#paint(beat);
    this.#refreshed = this.#refresh(beat);
  }

  /** What is painted now is painted for good. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#refreshed;
    const nowMs = this.#clock.monotonicMs();
    this.#update(nowMs);
    for (const slot of [...this.#slots, this.#overall]) slot.end('left');
    await this.#painted;
  }

  async #paint(spinner: Beat): Promise<unknown> {
    const { output, errors } = this.#terminal;
    const { accent, good, bad, care } = this.#palette;
    const processOutput = new ProcessOutput(output.stream, errors.stream);
    const list = new Listr(
      [...this.#slots, this.#overall].map((slot) => slot.task),
      {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        renderer: PaintingRenderer,
        rendererOptions: {
          spinner,
          logger: new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput, useIcons: true }),
          formatOutput: 'truncate',
          collapseErrors: false,
          showErrorMessage: false,
          collapseSkips: true,
          showSkipMessage: false,
          icon: { SKIPPED_WITH_COLLAPSE: '-' },
          color: {
            PENDING: (icon = '') => accent(icon),
            COMPLETED: (icon = '') => good(icon),
            FAILED: (icon = '') => bad(icon),
            SKIPPED_WITH_COLLAPSE: (icon = '') => care(icon),
          },
        },
      },
    );
    return list.run();
  }

  async #refresh(beat: Beat): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#update(this.#clock.monotonicMs());
      beat.next();
      await this.#clock.sleep(REFRESH_MS, this.#end.signal).catch(() => undefined);
    }
  }

  #update(nowMs: number): void {
    const { columns, rows } = this.#terminal.output;
    const canvas: Canvas = { columns, rows, palette: this.#palette };
    for (const group of this.#progress.groups) {
      const slot = this.#slotOf(group);
      slot?.show(groupLines(group, this.#progress, canvas, nowMs));
      if (group.isOver) slot?.end(endOf(group));
    }
    this.#overall.show(this.#end.signal.aborted ? [] : [overallLine(this.#progress, canvas, nowMs), ...this.remarks]);
  }

  /** What seemed over may begin anew, when a second plan follows: it takes another place then. */
  #slotOf(group: Group): Slot | undefined {
    const bound = this.#bound.get(group.title);
    if (bound !== undefined && (group.isOver || !bound.isOver)) return bound;
    const free = this.#slots.find((slot) => slot.isFree);
    if (free !== undefined) this.#bound.set(group.title, free);
    return free ?? bound;
  }
}

type Ending = 'done' | 'failed' | 'left';

/** One of listr2's tasks, which shows what it is told to show until it is told that it is over. */
class Slot {
  readonly task;
  readonly #over = Promise.withResolvers<void>();
  #title: string | undefined;
  #setTitle: ((title: string) => void) | undefined;
  #leave: (() => void) | undefined;
  #isOver = false;

  constructor() {
    this.task = {
      task: (_context: unknown, task: { title: string | unknown[]; skip(): void }): Promise<void> => {
        this.#setTitle = (title) => {
          // As an argument, so that a percent sign stays what it is.
          task.title = ['%s', title];
        };
        this.#leave = () => task.skip();
        if (this.#title !== undefined) this.#setTitle(this.#title);
        return this.#over.promise;
      },
    };
  }

  get isFree(): boolean {
    return this.#title === undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  show(lines: readonly string[]): void {
    const title = lines.join('\n');
    if (title === this.#title || this.#isOver) return;
    this.#title = title;
    this.#setTitle?.(title);
  }

  end(how: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (how === 'left' && !this.isFree) this.#leave?.();
    if (how === 'failed') this.#over.reject(new GroupFailed());
    else this.#over.resolve();
  }
}

class GroupFailed extends Error {
  override readonly name = 'GroupFailed';
}

/** Turns when it is told to: the clock is ours. */
class Beat extends Spinner {
  #turned: (() => void) | undefined;

  override start(turned?: () => void): void {
    this.#turned = turned;
  }

  override stop(): void {
    this.#turned = undefined;
  }

  next(): void {
    this.spin();
    this.#turned?.();
  }
}

/** Whether to paint was decided by the caller, who knows the terminal. */
class PaintingRenderer extends DefaultRenderer {
  static override nonTTY: boolean = true;
}

function endOf({ steps }: Group): Ending {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  return steps.some(({ state }) => state === 'skipped') ? 'left' : 'done';
}
