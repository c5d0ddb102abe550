import type { LoggedEvent } from '#app/app.ts';
import { type CommandContext, defineCommand, flag } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { EventLog } from '../views/event-log.ts';

export const eventsCommand = defineCommand({
  example: 'bootstrap events demo --follow',
  arguments: [TARGET_ARGUMENT],
  options: { ...TARGET_OPTIONS, follow: flag('go on with what happens from now, until Ctrl-C') },
  async run(context, { words, options }) {
    const { file, follow } = options;
    const log = new EventLog(context.palette, context.terminal.output.columns);
    await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      for await (const logged of app.events(target, { follow: follow === true }, signal)) say(context, log, logged);
    });
    return 'ok';
  },
});

function say(context: CommandContext, log: EventLog, logged: LoggedEvent): void {
  show(context, logged, () => log.lines(logged));
}
