import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { shortId } from '../views/image-text.ts';

export const imageVerifyCommand = defineCommand({
  example: 'bootstrap image verify',
  arguments: [{ name: '[IMAGE]', summary: 'its digest or the beginning of it; all when none is named' }],
  options: {},
  async run(context, { words }) {
    const { palette } = context;
    const checks = await readVerb(context, (app, signal) => app.images.verify(words[0], signal));
    show(context, checks, () =>
      checks.length === 0
        ? ['There is no image here.']
        : checks.map(
            ({ id, isWhole }) => `${shortId(id)}: ${isWhole ? palette.good('whole') : palette.bad('damaged')}`,
          ),
    );
    return checks.every(({ isWhole }) => isWhole) ? 'ok' : 'failed';
  },
});
