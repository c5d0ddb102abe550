import { count, defineCommand, flag, text } from '../command.ts';
import { shellInto } from '../shell-into.ts';
import { NODE_ARGUMENT, TARGET_ARGUMENT } from '../target.ts';
import { UsageError } from '../usage-error.ts';

const LINES = 200;
const LINES_MAX = 1_000_000;
/** Others would mean something to the shell of the machine. */
const UNIT = /^[\w@.:-]+$/;

export const logsCommand = defineCommand({
  example: 'bootstrap logs dev worker-1 --lines 50\nbootstrap logs dev control-plane-1 etcd -f',
  arguments: [
    TARGET_ARGUMENT,
    NODE_ARGUMENT,
    { name: '[UNIT]', summary: 'of this unit alone; bootstrap- before it may be left out' },
  ],
  options: {
    // Whoever reads logs expects -f to follow them; a file is still meant by its path as the first word.
    file: text('FILE', 'the cluster file, instead of the name'),
    unit: text('UNIT', 'the same', 'u'),
    lines: count(`how many of the last lines; ${LINES} by default`, LINES_MAX),
    follow: flag('go on until Ctrl-C', { letter: 'f' }),
  },
  async run(context, { words, options }) {
    const { file, lines = LINES, follow } = options;
    const { user, rest, begin } = await shellInto(context, { words, file });
    const unit = unitMeant(options.unit, rest);
    return begin([
      // Only who may administer the machine sees all of it.
      ...(user === 'root' ? [] : ['sudo', '-n']),
      'journalctl',
      '--no-pager',
      `--output=${context.isJson ? 'json' : 'short-iso'}`,
      `--lines=${lines}`,
      ...namesOf(unit).map((name) => `--unit=${name}`),
      ...(follow === true ? ['--follow'] : []),
    ]);
  },
});

function unitMeant(option: string | undefined, [word, ...more]: readonly string[]): string | undefined {
  const unit = option ?? word;
  if (more.length > 0 || (option !== undefined && word !== undefined)) {
    throw new UsageError('One unit is enough.', 'bootstrap logs NAME NODE UNIT');
  }
  if (unit === undefined || UNIT.test(unit)) return unit;
  throw new UsageError(`"${unit}" is not the name of a unit.`);
}

/** The journal takes any that it has: `etcd` is that of the platform here. */
function namesOf(unit: string | undefined): readonly string[] {
  if (unit === undefined) return [];
  return unit.startsWith('bootstrap-') ? [unit] : [`bootstrap-${unit}`, unit];
}
