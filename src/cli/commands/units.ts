import { defineCommand } from '../command.ts';
import { findNodes } from '../node-target.ts';
import { readVerb, show } from '../read-verb.ts';
import { NODES_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { unitLines } from '../views/units-text.ts';

export const unitsCommand = defineCommand({
  example: 'bootstrap units dev\nbootstrap units dev control-plane-1',
  arguments: [TARGET_ARGUMENT, NODES_ARGUMENT],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const report = await readVerb(context, async (app, signal) => {
      const { target, nodes } = await findNodes(context, app, { words, file: options.file });
      return app.units(target, nodes, signal);
    });
    show(context, report, () => unitLines(report, context.palette));
    const isWell = report.silent.length === 0 && report.units.every(({ active }) => active !== 'failed');
    return isWell ? 'ok' : 'failed';
  },
});
