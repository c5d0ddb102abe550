import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { table } from '../views/columns.ts';
import { imageCells } from '../views/image-text.ts';

export const imageListCommand = defineCommand({
  example: 'bootstrap image list',
  arguments: [],
  options: {},
  async run(context) {
    const images = await readVerb(context, (app) => app.images.list());
    show(context, images, () =>
      images.length === 0 ? ['There is no image here; create fetches one.'] : table(images.map(imageCells)),
    );
    return 'ok';
  },
});
