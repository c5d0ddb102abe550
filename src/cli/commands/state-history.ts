import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { formatMoment } from '../views/moment.ts';

const SEQ_WIDTH = 6;

export const stateHistoryCommand = defineCommand({
  example: 'bootstrap state history demo',
  arguments: [TARGET_ARGUMENT],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const entries = await readVerb(context, async (app, signal) =>
      app.stateHistory(await findTarget(context, app, { words, file: options.file }), signal),
    );
    const { faint } = context.palette;
    const indent = ' '.repeat(SEQ_WIDTH + 2);
    show(context, entries, () =>
      entries.flatMap(({ seq, atMs, lines }) => [
        `${String(seq).padStart(SEQ_WIDTH)}  ${faint(formatMoment(atMs))}`,
        ...lines.map((line) => `${indent}${line}`),
      ]),
    );
    return 'ok';
  },
});
