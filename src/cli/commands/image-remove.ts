import { defineCommand, flag } from '../command.ts';
import { Questions } from '../questions.ts';
import { readVerb, show } from '../read-verb.ts';
import { imageCells } from '../views/image-text.ts';

export const imageRemoveCommand = defineCommand({
  example: 'bootstrap image remove 3f1c9a0b77e2 --yes',
  arguments: [{ name: 'IMAGE', summary: 'its digest or the beginning of it, as "image list" shows it' }],
  options: { yes: flag('do not ask', { letter: 'y' }) },
  async run(context, { words, options }) {
    const [image = ''] = words;
    await new Questions(context).agree({
      preface: [],
      question: `Remove the image ${image}?`,
      fallback: true,
      isAgreed: options.yes === true,
    });
    const removed = await readVerb(context, (app) => app.images.remove(image));
    show(context, removed, () => [`${imageCells(removed).join('  ')}: removed`]);
    return 'ok';
  },
});
