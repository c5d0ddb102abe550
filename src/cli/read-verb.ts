import type { App } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import { meanAgain } from './target.ts';

/** For what only looks: the app, and a signal that ends with the first Ctrl-C. */
export async function readVerb<T>(
  context: CommandContext,
  read: (app: App, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  meanAgain(context);
  const app = await context.openApp(() => undefined);
  return context.interrupts.whileReading(read(app, context.interrupts.reading));
}

/** A result as text, or as one line of JSON. */
export function show(context: CommandContext, result: unknown, lines: () => readonly string[]): void {
  const { isJson, terminal } = context;
  terminal.output.write(
    isJson
      ? `${JSON.stringify(result)}\n`
      : lines()
          .map((line) => `${line}\n`)
          .join(''),
  );
}
