import type { NodeTurn } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import type { ExitName } from './exit-codes.ts';
import { findNodes } from './node-target.ts';
import { readVerb } from './read-verb.ts';
import { problemLines } from './views/problem-text.ts';

interface Switching {
  readonly to: 'stop' | 'start';
  readonly words: readonly string[];
  readonly file: string | undefined;
}

const DONE = { stop: 'off', start: 'on' } as const;
const DOING = { stop: 'Switching off; a machine may take a minute to end what it is at.', start: 'Switching on.' };

/** Switches machines and says of each what became of it, as soon as that is known. */
export async function powerVerb(context: CommandContext, { to, words, file }: Switching): Promise<ExitName> {
  const { terminal } = context;
  const tell = (turn: NodeTurn): void => {
    terminal.output.write(
      linesOf(context, turn, DONE[to])
        .map((line) => `${line}\n`)
        .join(''),
    );
  };
  const turns = await readVerb(context, async (app, signal) => {
    const { target, nodes } = await findNodes(context, app, { words, file });
    if (terminal.output.isTerminal && !context.isJson) terminal.output.write(`${context.palette.faint(DOING[to])}\n`);
    return app.power(target, { to, nodes, tell }, signal);
  });
  return turns.every(({ problem }) => problem === undefined) ? 'ok' : 'failed';
}

function linesOf(context: CommandContext, { node, problem }: NodeTurn, done: string): readonly string[] {
  const { palette, terminal, isJson, meant } = context;
  if (isJson) return [JSON.stringify({ node, ...(problem === undefined ? { is: done } : { problem }) })];
  if (problem === undefined) return [`${node}: ${palette.good(done)}`];
  // What makes it go on is not this command once more.
  const run = { cluster: meant.cluster };
  return [`${node}:`, ...problemLines(problem, { palette, columns: terminal.output.columns, run })];
}
