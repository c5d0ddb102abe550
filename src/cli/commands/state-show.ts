import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';

export const stateShowCommand = defineCommand({
  example: 'bootstrap state show demo',
  arguments: [TARGET_ARGUMENT],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const state = await readVerb(context, async (app, signal) =>
      app.stateShow(await findTarget(context, app, { words, file: options.file }), signal),
    );
    show(context, state, () => [JSON.stringify(state, undefined, 2)]);
    return 'ok';
  },
});
