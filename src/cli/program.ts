import { runCommandLine } from './command-line.ts';
import type { CommandContext, World } from './command.ts';
import { type Exit, type ExitName, exitOf } from './exit-codes.ts';
import { Declined, Interrupted, UsageError } from './usage-error.ts';
import { choosePalette } from './views/palette.ts';
import { problemLines, type ProblemStyle } from './views/problem-text.ts';

/** From the words typed to the exit code: whatever goes wrong is told here, at the latest. */
export async function runProgram(world: World, version: string): Promise<Exit> {
  const { terminal, environment } = world;
  const palette = choosePalette(terminal.errors, environment.variables);
  const meant: CommandContext['meant'] = {};
  try {
    return await runCommandLine(world, version, meant);
  } catch (error) {
    if (terminal.unread.aborted) return 'ok';
    const { exit, lines } = await judge(error, { world, palette, run: meant });
    terminal.errors.write(lines.map((line) => `${line}\n`).join(''));
    return exit;
  }
}

interface Circumstances extends Pick<ProblemStyle, 'palette' | 'run'> {
  readonly world: World;
}

interface Judgement {
  readonly exit: ExitName;
  readonly lines: readonly string[];
}

async function judge(error: unknown, { world, palette, run }: Circumstances): Promise<Judgement> {
  if (error instanceof Declined) return { exit: 'declined', lines: [error.message] };
  if (error instanceof Interrupted) return { exit: 'interrupted', lines: [] };
  if (error instanceof UsageError) {
    const command = error.command === undefined ? [] : [palette.strong(`  ${error.command}`)];
    return { exit: 'input', lines: [error.message, ...command] };
  }
  const problem = await world.asProblem(error);
  if (world.terminal.arguments.includes('--json')) {
    world.terminal.output.write(`${JSON.stringify({ type: 'problem', problem })}\n`);
    return { exit: exitOf(problem), lines: [] };
  }
  return {
    exit: exitOf(problem),
    lines: problemLines(problem, { palette, columns: world.terminal.errors.columns, run }),
  };
}
