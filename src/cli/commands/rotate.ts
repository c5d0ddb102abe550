import { defineCommand } from '../command.ts';
import { findNodes } from '../node-target.ts';
import { runVerb } from '../run-verb.ts';
import { PLAIN, TARGET_ARGUMENT, TARGET_OPTIONS, WAIT, wordsFor } from '../target.ts';

export const rotateCommand = defineCommand({
  example: 'bootstrap rotate demo\nbootstrap rotate demo etcd',
  arguments: [
    TARGET_ARGUMENT,
    { name: '[AUTHORITY...]', summary: 'by what it is for, such as etcd; all that machines use when none is named' },
  ],
  options: { ...TARGET_OPTIONS, wait: WAIT, plain: PLAIN },
  run(context, { words, options }) {
    const { file, wait } = options;
    return runVerb(context, async (app, interruption) => {
      const { target, nodes: authorities } = await findNodes(context, app, { words, file });
      return {
        continues: ['bootstrap rotate', wordsFor(target), ...authorities].join(' '),
        outcome: app.rotate(target, { authorities, wait: wait === true }, interruption),
      };
    });
  },
});
