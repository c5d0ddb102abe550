import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_OPTIONS } from '../target.ts';

export const validateCommand = defineCommand({
  example: 'bootstrap validate cluster.yaml',
  arguments: [{ name: '[FILE]', summary: 'the cluster file, or the name of a cluster' }],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const result = await readVerb(context, async (app) =>
      app.validate(await findTarget(context, app, { words, file: options.file })),
    );
    const { good, care } = context.palette;
    show(context, result, () => [
      ...result.warnings.map((warning) => care(warning)),
      good(`${result.name}: the cluster file is valid`),
    ]);
    return 'ok';
  },
});
