import { join, resolve } from 'node:path';
import { optionalTarget } from '../assets-target.ts';
import { choice, defineCommand, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';

const LOCK = 'assets.lock.yaml';

export const assetsSyncCommand = defineCommand({
  example:
    'bootstrap assets sync --to assets\nbootstrap assets sync -f cluster.yaml --to /srv/assets --architecture arm64',
  arguments: [{ name: '[NAME]', summary: 'a cluster, to fetch what is locked for its machines' }],
  options: {
    file: TARGET_OPTIONS.file,
    to: text('FOLDER', 'where it is to be; what is there and whole is not fetched again'),
    architecture: choice(['amd64', 'arm64'], 'only for this kind of processor'),
  },
  async run(context, { words, options }) {
    const { to, architecture, file } = options;
    if (to === undefined) throw new UsageError('Say where it is to be.', 'bootstrap assets sync --to assets');
    const target = optionalTarget(context, { words, file });
    const hear = (line: string): void => show(context, { step: line }, () => [context.palette.faint(line)]);
    const folder = resolve(to);
    const assets = await readVerb(context, (app, signal) =>
      app.assets.sync({ target, to: folder, architecture, hear }, signal),
    );
    show(context, { folder, assets }, () => [
      `${assets.length} in ${folder}; the cluster file that uses them says:`,
      `  ${context.palette.strong(`assets: { lock: ${yamlWord(join(folder, LOCK))}, source: ${yamlWord(folder)} }`)}`,
    ]);
    return 'ok';
  },
});

/** As it can be pasted into a cluster file. */
function yamlWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
}
