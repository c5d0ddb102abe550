import { defineCommand, flag } from '../command.ts';
import { findNode } from '../node-target.ts';
import { readVerb, show } from '../read-verb.ts';
import { NODE_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { harmlessLine } from '../views/harmless.ts';

export const consoleCommand = defineCommand({
  example: 'bootstrap console dev worker-1 --follow',
  arguments: [TARGET_ARGUMENT, NODE_ARGUMENT],
  options: { file: TARGET_OPTIONS.file, follow: flag('go on until Ctrl-C') },
  async run(context, { words, options }) {
    const { file, follow } = options;
    await readVerb(context, async (app, signal) => {
      const { target, node } = await findNode(context, app, { words, file });
      for await (const raw of app.serialConsole(target, { node, follow: follow === true }, signal)) {
        const line = harmlessLine(raw);
        show(context, { node, line }, () => [line]);
      }
    });
    return 'ok';
  },
});
