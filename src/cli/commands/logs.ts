import { count, defineCommand, flag, text } from '../command.ts';
import { shellInto } from '../shell-into.ts';
import { NODE_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';

const LINES = 200;
const LINES_MAX = 1_000_000;
/** Others would mean something to the shell of the machine. */
const UNIT = /^[\w@.:-]+$/;

export const logsCommand = defineCommand({
  example: 'bootstrap logs dev worker-1 --unit cloud-final --follow',
  arguments: [TARGET_ARGUMENT, NODE_ARGUMENT],
  options: {
    file: TARGET_OPTIONS.file,
    unit: text('UNIT', 'of this unit alone', 'u'),
    lines: count(`how many of the last lines; ${LINES} by default`, LINES_MAX),
    follow: flag('go on until Ctrl-C'),
  },
  async run(context, { words, options }) {
    const { file, unit, lines = LINES, follow } = options;
    if (unit !== undefined && !UNIT.test(unit)) throw new UsageError(`"${unit}" is not the name of a unit.`);
    const { user, begin } = await shellInto(context, { words, file });
    return begin([
      // Only who may administer the machine sees all of it.
      ...(user === 'root' ? [] : ['sudo', '-n']),
      'journalctl',
      '--no-pager',
      `--output=${context.isJson ? 'json' : 'short-iso'}`,
      `--lines=${lines}`,
      ...(unit === undefined ? [] : [`--unit=${unit}`]),
      ...(follow === true ? ['--follow'] : []),
    ]);
  },
});
