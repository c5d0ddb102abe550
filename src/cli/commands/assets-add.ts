import { resolve } from 'node:path';
import { choice, defineCommand, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { UsageError } from '../usage-error.ts';

const EXAMPLE = 'bootstrap assets add etcd.tar.gz etcd 3.5.16 --to assets';

export const assetsAddCommand = defineCommand({
  example: EXAMPLE,
  arguments: [
    { name: 'FILE', summary: 'one program, several in a .tar.gz, or an image of a container in a .tar' },
    { name: 'ASSET', summary: 'what it is, such as etcd' },
    { name: 'VERSION', summary: 'of which version' },
  ],
  options: {
    to: text('FOLDER', 'the folder of assets; it is made if there is none'),
    architecture: choice(['amd64', 'arm64'], 'for which kind of processor; by default that of this workstation'),
  },
  async run(context, { words, options }) {
    const [file = '', name = '', version = ''] = words;
    const { to, architecture } = options;
    if (to === undefined) throw new UsageError('Say into which folder it is to be put: --to.', EXAMPLE);
    const asset = { file: resolve(file), to: resolve(to), name, version, architecture };
    const added = await readVerb(context, (app) => app.assets.add(asset));
    show(context, added, () => [`${name} ${version} ${added.architecture}: ${added.sha256}`]);
    return 'ok';
  },
});
