import type { App, Target } from '#app/app.ts';
import { type CommandContext, decimal, flag, text } from './command.ts';
import { UsageError } from './usage-error.ts';

/** Every verb that opens an account has it. */
export const EMULATOR = decimal(
  'SPEED',
  'an emulator at a private address answers for AWS; its machines are acted, this many times as fast',
);
/** Every verb that works on one cluster has them. */
export const TARGET_OPTIONS = {
  file: text('FILE', 'the cluster file, instead of the name', 'f'),
  emulator: EMULATOR,
};
/** Every verb that shows something which changes has it. */
export const PLAIN = flag('one line of text for each event, nothing that moves');
/** Every verb that changes a cluster has it. */
export const WAIT = flag('wait for another run on this cluster to end');
export const TARGET_ARGUMENT = { name: '[NAME]', summary: 'the cluster; may be left out when there is only one' };

/** For verbs about machines. */
export const NODE_ARGUMENT = { name: '[NODE]', summary: 'the node whose machine is meant, such as worker-1' };
export const NODES_ARGUMENT = {
  name: '[NODE...]',
  summary: 'only the machines of these nodes; all when none is named',
};

interface Meant {
  readonly words: readonly string[];
  readonly file: string | undefined;
}

/** The cluster that is meant: by its file, by its name, or because there is no other. */
export async function findTarget(
  { meant }: Pick<CommandContext, 'meant'>,
  app: Pick<App, 'list'>,
  words: Meant,
): Promise<Target> {
  const target = await targetOf(app, words);
  meant.cluster = wordsFor(target);
  if ('file' in target) meant.file = shellWord(target.file);
  return target;
}

async function targetOf(app: Pick<App, 'list'>, { words, file }: Meant): Promise<Target> {
  const [word] = words;
  const name = word !== undefined && isName(word) ? word : undefined;
  if (file !== undefined) {
    if (word !== undefined)
      throw new UsageError(`Both a name (${word}) and a file (${file}) are given; one is enough.`);
    return { file };
  }
  if (name !== undefined) return { name };
  if (word !== undefined) return { file: word };
  const alive = (await app.list()).filter(({ isDeleted }) => !isDeleted).map((cluster) => cluster.name);
  const [only] = alive;
  if (only === undefined) throw new UsageError('There is no cluster yet.', 'bootstrap create demo');
  if (alive.length > 1) throw new UsageError(`Which cluster? There are ${alive.join(', ')}.`);
  return { name: only };
}

/** No cluster is called like a file. */
export function isName(word: string): boolean {
  return !/[./\\]/.test(word);
}

/** Where a remedy says to go on, this very command is what goes on. */
export function meanAgain({ meant, terminal }: Pick<CommandContext, 'meant' | 'terminal'>): void {
  meant.again = ['bootstrap', ...terminal.arguments.map(shellWord)].join(' ');
}

/** What to type to mean it again. */
export function wordsFor(target: Target): string {
  return 'name' in target ? target.name : `-f ${shellWord(target.file)}`;
}

/** As it can be pasted into a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** For what people read: a file is called by its path. */
export function titleOf(target: Target): string {
  return 'name' in target ? target.name : target.file;
}
