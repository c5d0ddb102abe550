import type { App, Target } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import { findTarget, isName } from './target.ts';
import { UsageError } from './usage-error.ts';

interface Meant {
  readonly words: readonly string[];
  readonly file: string | undefined;
}

interface MeantNodes {
  readonly target: Target;
  readonly nodes: readonly string[];
}

/**
 * The cluster, and what was said behind it.
 *
 * | the first word            | it is                  |
 * |---------------------------|------------------------|
 * | behind a file (-f)        | a node                 |
 * | a cluster's name, a path  | the cluster            |
 * | neither, of one cluster   | a node of this cluster |
 * | neither, of several       | no cluster             |
 */
export async function findNodes(
  context: Pick<CommandContext, 'meant'>,
  app: Pick<App, 'list'>,
  { words, file }: Meant,
): Promise<MeantNodes> {
  const [first, ...rest] = words;
  const isNamed = file === undefined && first !== undefined && (await isCluster(app, first));
  if (isNamed) return { target: await findTarget(context, app, { words: [first], file }), nodes: rest };
  return { target: await findTarget(context, app, { words: [], file }), nodes: words };
}

/** For commands of which one machine is enough. */
export async function findNode(
  context: Pick<CommandContext, 'meant'>,
  app: Pick<App, 'list'>,
  meant: Meant,
): Promise<{ readonly target: Target; readonly node: string; readonly rest: readonly string[] }> {
  const { target, nodes } = await findNodes(context, app, meant);
  const [node, ...rest] = nodes;
  if (node !== undefined) return { target, node, rest };
  throw new UsageError('Of which node?', `bootstrap status ${context.meant.cluster ?? 'NAME'}`);
}

async function isCluster(app: Pick<App, 'list'>, word: string): Promise<boolean> {
  if (!isName(word)) return true;
  const alive = (await app.list()).filter(({ isDeleted }) => !isDeleted);
  return alive.length !== 1 || alive.some(({ name }) => name === word);
}
