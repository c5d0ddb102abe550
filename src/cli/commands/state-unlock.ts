import { defineCommand, flag } from '../command.ts';
import { Questions } from '../questions.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS, titleOf } from '../target.ts';

export const stateUnlockCommand = defineCommand({
  example: 'bootstrap state unlock demo',
  arguments: [TARGET_ARGUMENT],
  options: { ...TARGET_OPTIONS, yes: flag('do not ask', { letter: 'y' }) },
  async run(context, { words, options }) {
    const { file, yes } = options;
    const done = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      const warning =
        'A run that still lives is shut out: it stops where it is, and the next apply goes on from there.';
      await new Questions(context).agree({
        preface: [warning],
        question: `Take the lease of ${titleOf(target)}?`,
        fallback: false,
        isAgreed: yes === true,
      });
      return app.stateUnlock(target, signal);
    });
    show(context, { done }, () => [done]);
    return 'ok';
  },
});
