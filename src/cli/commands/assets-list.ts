import { optionalTarget } from '../assets-target.ts';
import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { TARGET_OPTIONS } from '../target.ts';
import { assetCells } from '../views/asset-text.ts';
import { table } from '../views/columns.ts';

export const assetsListCommand = defineCommand({
  example: 'bootstrap assets list\nbootstrap assets list -f cluster.yaml --json',
  arguments: [{ name: '[NAME]', summary: 'a cluster, to see what is locked for its machines' }],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const target = optionalTarget(context, { words, file: options.file });
    const assets = await readVerb(context, (app) => app.assets.list(target));
    show(context, assets, () => table(assets.map(assetCells)));
    return 'ok';
  },
});
