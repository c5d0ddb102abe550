import type { App, Interruption, RunOutcome } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import { type ExitName, exitOf, exitOfRun } from './exit-codes.ts';
import { Interrupted } from './usage-error.ts';
import { chooseView } from './views/choose-view.ts';

/** A run under way. */
interface Act {
  /** The command that goes on when this one is stopped. */
  readonly continues: string;
  readonly outcome: Promise<RunOutcome>;
  /** To be said when there was nothing to run for. */
  readonly otherwise?: string;
}

/** Carries out what changes a cluster, and shows it as it goes. */
export async function runVerb(
  context: CommandContext,
  begin: (app: App, interruption: Interruption) => Promise<Act>,
): Promise<ExitName> {
  const { interrupts } = context;
  const view = await chooseView(context);
  const run: { hasBegun: boolean; continues?: string } = { hasBegun: false };
  try {
    const app = await context.openApp((event) => {
      run.hasBegun = true;
      view.hear(event);
    });
    const { continues, outcome, otherwise } = await begin(app, interrupts);
    run.continues = continues;
    const told = (isSecond: boolean): void => (isSecond ? undefined : view.note(stopping(continues)));
    const result = await interrupts.whileRunning(outcome, told);
    if (!run.hasBegun && otherwise !== undefined) view.note(otherwise);
    return exitOfRun(result, interrupts.stop.aborted);
  } catch (error) {
    if (!run.hasBegun || run.continues === undefined) throw error;
    if (error instanceof Interrupted) {
      view.leave(run.continues);
      return 'interrupted';
    }
    const problem = await context.asProblem(error);
    view.fail(problem);
    return interrupts.stop.aborted && problem.blame !== 'us' ? 'interrupted' : exitOf(problem);
  } finally {
    await view.close();
  }
}

function stopping(continues: string): string {
  return `Finishing what is under way; Ctrl-C again to leave at once.\nLater, this goes on from there: ${continues}`;
}
