import type { RunEvent } from '#app/app.ts';
import type { Problem } from '#engine/problem.ts';

/** Turns the events of a run into something to look at. */
export interface RunView {
  hear(event: RunEvent): void;
  /** A remark of the command line itself. */
  note(text: string): void;
  /** The run could not be begun, or not be brought to its end. */
  fail(problem: Problem): void;
  /** The operator left before the run was over; `continues` goes on with it. */
  leave(continues: string): void;
  /** The run is over, or has been left: whatever is painted stays as it is. */
  close(): Promise<void>;
}
