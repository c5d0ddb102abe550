import { type CommandContext, defineCommand } from '../command.ts';
import { findNodes } from '../node-target.ts';
import { readVerb } from '../read-verb.ts';
import { TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';

const REST = '--';

export const kubectlCommand = defineCommand({
  example: 'bootstrap kubectl dev get nodes',
  arguments: [
    TARGET_ARGUMENT,
    { name: '[ARGS...]', summary: 'what kubectl is told, with -- before it when it has options' },
  ],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const { terminal, interrupts } = context;
    const { args, ...kubectl } = await readVerb(context, async (app, signal) => {
      const { target, args: said } = await meant(context, app, { words, file: options.file });
      return { ...(await app.kubectl(target, signal)), args: said };
    });
    try {
      return { code: await terminal.lend({ ...kubectl, args }, interrupts.stop) };
    } finally {
      await kubectl.end();
    }
  },
});

/** What stands behind the marks is kubectl's alone, whatever clusters are called. */
async function meant(
  context: CommandContext,
  app: Parameters<typeof findNodes>[1],
  { words, file }: Parameters<typeof findNodes>[2],
) {
  const { arguments: typed } = context.terminal;
  const behind = typed.includes(REST) ? typed.slice(typed.indexOf(REST) + 1) : undefined;
  if (behind === undefined) {
    const { target, nodes: args } = await findNodes(context, app, { words, file });
    return { target, args };
  }
  const before = words.slice(0, words.length - behind.length);
  const { target, nodes } = await findNodes(context, app, { words: before, file });
  return { target, args: [...nodes, ...behind] };
}
