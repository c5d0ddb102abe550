import { defineCommand, flag, text } from '../command.ts';
import { Questions } from '../questions.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS, titleOf } from '../target.ts';
import { UsageError } from '../usage-error.ts';

export const stateRestoreCommand = defineCommand({
  example: 'bootstrap state restore demo --from state-of-yesterday.json',
  arguments: [TARGET_ARGUMENT],
  options: {
    ...TARGET_OPTIONS,
    from: text('COPY', 'what to bring back'),
    yes: flag('do not ask', { letter: 'y' }),
  },
  async run(context, { words, options }) {
    const { file, from, yes } = options;
    if (from === undefined) throw new UsageError('From which copy?', 'bootstrap state restore NAME --from COPY');
    const done = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      await new Questions(context).agree({
        preface: [],
        question: `Put ${from} in the place of the state of ${titleOf(target)}?`,
        fallback: false,
        isAgreed: yes === true,
      });
      return app.stateRestore(target, { from }, signal);
    });
    show(context, { done }, () => [done]);
    return 'ok';
  },
});
