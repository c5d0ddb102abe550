import { defineCommand } from '../command.ts';
import { powerVerb } from '../power-verb.ts';
import { NODES_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';

export const stopCommand = defineCommand({
  example: 'bootstrap stop dev\nbootstrap stop dev worker-1',
  arguments: [TARGET_ARGUMENT, NODES_ARGUMENT],
  options: { file: TARGET_OPTIONS.file },
  run: (context, { words, options }) => powerVerb(context, { to: 'stop', words, file: options.file }),
});
