import type { ClusterStatus } from '#app/app.ts';
import { type CommandContext, defineCommand, flag } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, PLAIN, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { canPaint } from '../views/choose-view.ts';
import { cutToScreen } from '../views/columns.ts';
import { statusLines } from '../views/status-text.ts';

const CLEAR = '\u001B[H\u001B[J';

export const statusCommand = defineCommand({
  example: 'bootstrap status demo --watch',
  arguments: [TARGET_ARGUMENT],
  options: { ...TARGET_OPTIONS, watch: flag('again and again, until Ctrl-C'), plain: PLAIN },
  async run(context, { words, options }) {
    const { file, watch } = options;
    await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      if (watch !== true) return showStatus(context, await app.status(target, signal));
      for await (const status of app.watch(target, signal)) showAgain(context, status);
    });
    return 'ok';
  },
});

function showStatus(context: CommandContext, status: ClusterStatus): void {
  show(context, status, () => statusLines(status, context.palette));
}

function showAgain(context: CommandContext, status: ClusterStatus): void {
  const { output } = context.terminal;
  if (!canPaint(context)) return showStatus(context, status);
  const lines = statusLines(status, context.palette, output.rows - 1)
    .slice(0, output.rows - 1)
    .map((line) => cutToScreen(line, output.columns));
  output.write(`${CLEAR}${lines.join('\n')}\n`);
}
