import type { CommandContext } from '../command.ts';
import { JsonView } from './json.ts';
import { PlainView } from './plain.ts';
import type { RunView } from './run-view.ts';

/**
 * | asked for | output      | CI, TERM=dumb | view  |
 * |-----------|-------------|---------------|-------|
 * | `--json`  | any         | any           | json  |
 * | `--plain` | any         | any           | plain |
 * | –         | no terminal | any           | plain |
 * | –         | terminal    | either        | plain |
 * | –         | terminal    | neither       | live  |
 */
export async function chooseView(context: ViewChoice): Promise<RunView> {
  const { terminal, palette, clock, isJson } = context;
  if (isJson) return new JsonView(terminal.output, clock);
  if (!canPaint(context)) return new PlainView(terminal.output, palette, clock);
  const { LiveView } = await import('./live.ts');
  return new LiveView(terminal, palette, clock);
}

type ViewChoice = Pick<CommandContext, 'terminal' | 'palette' | 'clock' | 'isJson' | 'isPlain' | 'environment'>;

export function canPaint({ terminal, isJson, isPlain, environment }: Omit<ViewChoice, 'palette' | 'clock'>): boolean {
  if (isJson || isPlain || !terminal.output.isTerminal) return false;
  const { CI, TERM } = environment.variables;
  return TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false');
}
