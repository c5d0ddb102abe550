import { resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { verdictCells } from '../views/asset-text.ts';
import { table } from '../views/columns.ts';

export const assetsVerifyCommand = defineCommand({
  example: 'bootstrap assets verify\nbootstrap assets verify /srv/assets',
  arguments: [{ name: '[FOLDER]', summary: 'a folder that sync has filled; the cache of this workstation by default' }],
  options: {},
  async run(context, { words }) {
    const [folder] = words;
    const checked = await readVerb(context, (app, signal) =>
      app.assets.verify(folder === undefined ? undefined : resolve(folder), signal),
    );
    show(context, checked, () =>
      checked.length === 0
        ? ['There is no asset here; create fetches what it needs.']
        : table(checked.map((each) => verdictCells(each, context.palette))),
    );
    return checked.every(({ verdict }) => verdict === 'whole') ? 'ok' : 'failed';
  },
});
