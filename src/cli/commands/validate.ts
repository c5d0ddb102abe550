import { defineCommand, flag } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { validationLines } from '../views/validation-text.ts';

export const validateCommand = defineCommand({
  example: 'bootstrap validate cluster.yaml\nbootstrap validate demo --security',
  arguments: [{ name: '[FILE]', summary: 'the file, or the name of a cluster that runs' }],
  options: { ...TARGET_OPTIONS, security: flag('what keeps others out of it, by the CIS Kubernetes Benchmark, too') },
  async run(context, { words, options }) {
    const result = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file: options.file });
      const security = options.security === true;
      if (security && 'file' in target)
        throw new UsageError(
          'Security is that of a cluster as it runs: name it, not its file.',
          'bootstrap validate NAME --security',
        );
      return app.validate(target, { security }, signal);
    });
    const { palette } = context;
    show(context, result, () => [
      ...result.warnings.map((warning) => palette.care(warning)),
      palette.good(`${result.name}: the cluster file is valid`),
      ...validationLines(result.running ?? [], palette),
    ]);
    return result.running?.some(({ verdict }) => verdict === 'bad') === true ? 'failed' : 'ok';
  },
});
