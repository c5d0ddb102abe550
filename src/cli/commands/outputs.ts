import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { proseColumns } from '../views/columns.ts';
import { outputLines } from '../views/closing-text.ts';

export const outputsCommand = defineCommand({
  example: 'bootstrap outputs demo --json',
  arguments: [TARGET_ARGUMENT],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const outputs = await readVerb(context, async (app, signal) =>
      app.outputs(await findTarget(context, app, { words, file: options.file }), signal),
    );
    const { palette, terminal } = context;
    const byName = Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
    show(context, byName, () => outputLines(outputs, { palette, columns: proseColumns(terminal.output) }));
    return 'ok';
  },
});
