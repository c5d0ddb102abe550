import { defineCommand } from '../command.ts';
import { runVerb } from '../run-verb.ts';
import { findTarget, isName, PLAIN, TARGET_ARGUMENT, TARGET_OPTIONS, WAIT, wordsFor } from '../target.ts';

export const applyCommand = defineCommand({
  example: 'bootstrap apply demo\nbootstrap apply demo demo.plan',
  arguments: [TARGET_ARGUMENT, { name: '[PLANFILE]', summary: 'a saved plan: exactly it is carried out, or nothing' }],
  options: { ...TARGET_OPTIONS, wait: WAIT, plain: PLAIN },
  run(context, { words, options }) {
    const { file, wait } = options;
    const [named, rest] = file === undefined ? split(words) : [[], words];
    const [planFile] = rest;
    return runVerb(context, async (app, interruption) => {
      const target = await findTarget(context, app, { words: named, file });
      const plan = planFile === undefined ? {} : { planFile };
      return {
        continues: `bootstrap apply ${wordsFor(target)}`,
        outcome: app.apply(target, { ...plan, wait: wait === true }, interruption),
      };
    });
  },
});

/** The only word may be either: a plan is a file, and no cluster is called like one. */
function split(words: readonly string[]): readonly [named: readonly string[], rest: readonly string[]] {
  const [first] = words;
  const isNamed = first !== undefined && (words.length > 1 || isName(first));
  return isNamed ? [words.slice(0, 1), words.slice(1)] : [[], words];
}
