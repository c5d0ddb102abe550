import type { OverlayStatus } from '#app/overlay-status.ts';
import { defineCommand } from '../command.ts';
import { findNodes } from '../node-target.ts';
import { readVerb, show } from '../read-verb.ts';
import { NODES_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { overlayLines } from '../views/overlay-text.ts';

export const overlayStatusCommand = defineCommand({
  example: 'bootstrap overlay status dev\nbootstrap overlay status dev worker-1',
  arguments: [TARGET_ARGUMENT, NODES_ARGUMENT],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const status = await readVerb(context, async (app, signal) => {
      const { target, nodes } = await findNodes(context, app, { words, file: options.file });
      return app.overlayStatus(target, nodes, signal);
    });
    show(context, status, () => overlayLines(status, context.palette));
    return isWell(status) ? 'ok' : 'failed';
  },
});

function isWell({ nodes, silent }: OverlayStatus): boolean {
  const areUp = nodes.every(
    ({ isUp, links, lacks }) => isUp && lacks.length === 0 && links.every(({ state }) => state === 'up'),
  );
  return areUp && silent.length === 0;
}
