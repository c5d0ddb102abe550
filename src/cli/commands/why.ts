import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { harmlessLine } from '../views/harmless.ts';

export const whyCommand = defineCommand({
  example: 'bootstrap why demo eu-west-3.node.worker-1',
  arguments: [TARGET_ARGUMENT, { name: '[ADDRESS]', summary: 'the resource, as plan and status call it' }],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const { file } = options;
    const address = words.at(-1);
    if (address === undefined) throw new UsageError('Which resource?', 'bootstrap why NAME ADDRESS');
    const explanation = await readVerb(context, async (app, signal) => {
      const isCluster =
        words.length === 1 && file === undefined && (await app.list()).some(({ name }) => name === address);
      if (isCluster) throw new UsageError(`Which resource of ${address}?`, `bootstrap why ${address} ADDRESS`);
      const target = await findTarget(context, app, { words: words.slice(0, -1), file });
      return app.why(target, address, signal);
    });
    const { kind, status, lines } = explanation;
    const { strong, faint } = context.palette;
    show(context, explanation, () => [
      `${strong(explanation.address)}  ${faint(kind)}  ${status}`,
      ...lines.flatMap((line) => line.split('\n').map(harmlessLine)),
    ]);
    return 'ok';
  },
});
