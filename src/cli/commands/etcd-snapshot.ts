import { isAbsolute, resolve } from 'node:path';
import { type CommandContext, defineCommand, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, shellWord, TARGET_ARGUMENT, TARGET_OPTIONS, titleOf } from '../target.ts';
import { formatBytes } from '../views/bytes.ts';
import { formatMoment } from '../views/moment.ts';

export const etcdSnapshotCommand = defineCommand({
  example: 'bootstrap etcd snapshot dev\nbootstrap etcd snapshot dev --to backup/dev-etcd.db',
  arguments: [TARGET_ARGUMENT],
  options: {
    file: TARGET_OPTIONS.file,
    to: text(
      'FILE',
      'a new file for it, which only you may read: it holds every secret; by default one named after the moment',
    ),
  },
  async run(context, { words, options }) {
    const snapshot = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file: options.file });
      const to = options.to ?? defaultName(context, 'name' in target ? titleOf(target) : 'etcd');
      return app.etcdSnapshot(target, { to: isAbsolute(to) ? to : resolve(to) }, signal);
    });
    show(context, snapshot, () => [
      `${shellWord(snapshot.path)}: revision ${snapshot.revision}, ${snapshot.keys} keys, ${formatBytes(snapshot.sizeBytes)}, from ${snapshot.node}`,
      context.palette.faint(`sha256 ${snapshot.sha256}`),
    ]);
    return 'ok';
  },
});

/** `dev-20261121T221003Z.db` */
function defaultName({ clock }: Pick<CommandContext, 'clock'>, cluster: string): string {
  return `${cluster}-${formatMoment(clock.wallMs()).replaceAll(/[-:]/g, '').replace(' ', 'T')}Z.db`;
}
