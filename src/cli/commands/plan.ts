import { defineCommand, flag, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS, shellWord, wordsFor } from '../target.ts';
import { proseColumns } from '../views/columns.ts';
import { planLines } from '../views/plan-text.ts';

export const planCommand = defineCommand({
  example: 'bootstrap plan demo --out demo.plan',
  arguments: [TARGET_ARGUMENT],
  options: {
    ...TARGET_OPTIONS,
    out: text('FILE', 'save the plan, so that apply carries out exactly this one'),
    refresh: flag('take the state at its word instead of asking the provider', { isOnByDefault: true }),
  },
  async run(context, { words, options }) {
    const { file, out, refresh } = options;
    const planned = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      const save = out === undefined ? {} : { savePlanTo: out };
      return { target, result: await app.plan(target, { refresh: refresh !== false, ...save }, signal) };
    });
    const { target, result } = planned;
    const next = nextCommand(result.exists ? 'apply' : 'create', wordsFor(target), out);
    show(context, result, () =>
      planLines(result, { palette: context.palette, columns: proseColumns(context.terminal.output) }, next),
    );
    return result.isEmpty ? 'ok' : 'changesPending';
  },
});

function nextCommand(verb: 'create' | 'apply', words: string, out: string | undefined): string {
  return ['bootstrap', verb, words, ...(out === undefined ? [] : [shellWord(out)])].join(' ');
}
