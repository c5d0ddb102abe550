import type { ShellCommand } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import type { Exit } from './exit-codes.ts';
import { findNode } from './node-target.ts';
import { readVerb } from './read-verb.ts';

export interface OpenShell extends ShellCommand {
  /** What was said behind the node. */
  readonly rest: readonly string[];
  /** Lets it have the terminal, and ends as it does. */
  readonly begin: (command: readonly string[]) => Promise<Exit>;
}

/** The machine of the node that is meant, one step before one is in it. */
export async function shellInto(context: CommandContext, meant: Parameters<typeof findNode>[2]): Promise<OpenShell> {
  const { terminal, interrupts } = context;
  const { rest, ...shell } = await readVerb(context, async (app, signal) => {
    const { target, node, rest: behind } = await findNode(context, app, meant);
    return { ...(await app.shell(target, node, signal)), rest: behind };
  });
  const begin = async (command: readonly string[]): Promise<Exit> => {
    // What stands behind the marks is nothing to ssh itself.
    const said = command.length === 0 ? [] : ['--', ...command];
    const { program, args: way } = shell;
    return { code: await terminal.lend({ program, args: [...way, ...said] }, interrupts.stop) };
  };
  return { ...shell, rest, begin };
}
