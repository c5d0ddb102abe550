import type { DeletePreview, RunOutcome } from '#app/app.ts';
import { type CommandContext, defineCommand, flag } from '../command.ts';
import { Questions } from '../questions.ts';
import { runVerb } from '../run-verb.ts';
import { findTarget, PLAIN, TARGET_ARGUMENT, TARGET_OPTIONS, titleOf, WAIT, wordsFor } from '../target.ts';
import { Declined, UsageError } from '../usage-error.ts';
import { deletionLines } from '../views/deletion-text.ts';

export const deleteCommand = defineCommand({
  example: ['bootstrap delete demo', 'bootstrap delete blog --keep-data'].join('\n'),
  arguments: [TARGET_ARGUMENT],
  options: {
    ...TARGET_OPTIONS,
    keepData: flag('keep the disks with data; what they cost a month is listed'),
    wait: WAIT,
    plain: PLAIN,
    yes: flag('do not ask', { letter: 'y' }),
  },
  run(context, { words, options }) {
    const { file, wait, yes, keepData } = options;
    if (yes !== true && (context.isJson || !context.terminal.isInteractive)) {
      throw new UsageError(
        'Nobody is here to confirm what goes.',
        [
          'bootstrap delete',
          ...(file === undefined ? words : ['-f', file]),
          ...(keepData === true ? ['--keep-data'] : []),
          '--yes',
        ].join(' '),
      );
    }
    const answer: { isYes?: boolean } = {};
    const confirm = async (preview: DeletePreview): Promise<boolean> => {
      answer.isYes = await confirmed(context, preview, yes === true);
      return answer.isYes;
    };
    return runVerb(context, async (app, interruption) => {
      const target = await findTarget(context, app, { words, file });
      const outcome = app.delete(target, { wait: wait === true, keepData: keepData === true, confirm }, interruption);
      return {
        continues: `bootstrap delete ${wordsFor(target)}${keepData === true ? ' --keep-data' : ''}`,
        outcome: unlessDeclined(outcome, answer),
        otherwise: `Nothing is left of ${titleOf(target)}.`,
      };
    });
  },
});

/** However the app calls it: nothing was done, because the answer was no. */
async function unlessDeclined(outcome: Promise<RunOutcome>, answer: { readonly isYes?: boolean }): Promise<RunOutcome> {
  const result = await outcome;
  if (answer.isYes === false) throw new Declined('Nothing was deleted.');
  return result;
}

/** Whoever deletes types the name: a yes is too easily said. */
async function confirmed(context: CommandContext, preview: DeletePreview, isAgreed: boolean): Promise<boolean> {
  const { terminal, palette, isJson } = context;
  if (!isJson)
    terminal.output.write(
      deletionLines(preview, palette, terminal.output.columns)
        .map((line) => `${line}\n`)
        .join(''),
    );
  if (isAgreed) return true;
  const { cluster } = preview.heading;
  const answer = await new Questions(context).ask({
    question: `Type ${cluster} to delete it:`,
    read: (typed) => typed,
  });
  return answer === cluster;
}
