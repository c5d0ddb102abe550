import { count, defineCommand, flag } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { runVerb } from '../run-verb.ts';
import { findTarget, PLAIN, TARGET_ARGUMENT, TARGET_OPTIONS, WAIT, wordsFor } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { upgradeLines } from '../views/upgrade-text.ts';

const AT_ONCE_MAX = 100;

export const upgradeCommand = defineCommand({
  example: 'bootstrap upgrade demo --preview\nbootstrap upgrade demo --at-once 3',
  arguments: [TARGET_ARGUMENT],
  options: {
    ...TARGET_OPTIONS,
    preview: flag('show what changes on which node, and in which order; change nothing'),
    atOnce: count('so many nodes without a control plane at a time; 1 when nothing is said', AT_ONCE_MAX),
    wait: WAIT,
    plain: PLAIN,
  },
  async run(context, { words, options }) {
    const { file, preview, atOnce = 1, wait } = options;
    if (atOnce < 1) throw new UsageError('At least one node at a time.', 'bootstrap upgrade NAME --at-once 1');
    if (preview === true) {
      const previewed = await readVerb(context, async (app, signal) =>
        app.upgradePreview(await findTarget(context, app, { words, file }), { atOnce }, signal),
      );
      show(context, previewed, () => upgradeLines(previewed, context.palette));
      return 'ok';
    }
    return runVerb(context, async (app, interruption) => {
      const target = await findTarget(context, app, { words, file });
      const more = atOnce === 1 ? '' : ` --at-once ${atOnce}`;
      return {
        continues: `bootstrap upgrade ${wordsFor(target)}${more}`,
        outcome: app.upgrade(target, { atOnce, wait: wait === true }, interruption),
      };
    });
  },
});
