import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_OPTIONS } from '../target.ts';
import { validationLines } from '../views/validation-text.ts';

export const validateCommand = defineCommand({
  example: 'bootstrap validate cluster.yaml',
  arguments: [{ name: '[FILE]', summary: 'the file, or the name of a cluster that runs' }],
  options: TARGET_OPTIONS,
  async run(context, { words, options }) {
    const result = await readVerb(context, async (app, signal) =>
      app.validate(await findTarget(context, app, { words, file: options.file }), signal),
    );
    const { palette } = context;
    show(context, result, () => [
      ...result.warnings.map((warning) => palette.care(warning)),
      palette.good(`${result.name}: the cluster file is valid`),
      ...validationLines(result.running ?? [], palette),
    ]);
    return result.running?.some(({ verdict }) => verdict === 'bad') === true ? 'failed' : 'ok';
  },
});
