import { defineCommand } from '../command.ts';
import { show } from '../read-verb.ts';
import { shellInto } from '../shell-into.ts';
import { NODE_ARGUMENT, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';

export const sshCommand = defineCommand({
  example: 'bootstrap ssh dev worker-1\nbootstrap ssh dev worker-1 uptime',
  arguments: [
    TARGET_ARGUMENT,
    NODE_ARGUMENT,
    { name: '[COMMAND...]', summary: 'what to run there, with -- before it when it has options; without it a shell' },
  ],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const { program, args, user, rest, begin } = await shellInto(context, { words, file: options.file });
    if (!context.isJson) return begin(rest);
    show(context, { program, args: [...args, ...rest], user }, () => []);
    return 'ok';
  },
});
