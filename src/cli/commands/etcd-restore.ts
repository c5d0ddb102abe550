import { isAbsolute, resolve } from 'node:path';
import { defineCommand, flag, text } from '../command.ts';
import { Questions } from '../questions.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS, titleOf } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { etcdLines } from '../views/etcd-text.ts';

export const etcdRestoreCommand = defineCommand({
  example: 'bootstrap etcd restore dev --from backup/dev-etcd.db',
  arguments: [TARGET_ARGUMENT],
  options: {
    file: TARGET_OPTIONS.file,
    from: text('FILE', 'the snapshot that it is to be'),
    yes: flag('do not ask', { letter: 'y' }),
  },
  async run(context, { words, options }) {
    const { file, from, yes } = options;
    if (from === undefined) throw new UsageError('Of which snapshot?', 'bootstrap etcd restore NAME --from FILE');
    const { faint } = context.palette;
    const status = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      await new Questions(context).agree({
        preface: [
          'All that etcd has taken since that snapshot is lost; what it holds now is kept aside on its machines.',
        ],
        question: `Put ${from} in the place of all that etcd of ${titleOf(target)} holds?`,
        fallback: false,
        isAgreed: yes === true,
      });
      const tell = (step: string): void => show(context, { step }, () => [faint(step)]);
      return app.etcdRestore(target, { from: isAbsolute(from) ? from : resolve(from), tell }, signal);
    });
    show(context, status, () => ['', ...etcdLines(status, context.palette)]);
    return status.spare >= 0 ? 'ok' : 'failed';
  },
});
