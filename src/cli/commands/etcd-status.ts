import type { EtcdStatus } from '#app/etcd-status.ts';
import { defineCommand } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { etcdLines } from '../views/etcd-text.ts';

export const etcdStatusCommand = defineCommand({
  example: 'bootstrap etcd status dev',
  arguments: [TARGET_ARGUMENT],
  options: { file: TARGET_OPTIONS.file },
  async run(context, { words, options }) {
    const status = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file: options.file });
      return app.etcdStatus(target, signal);
    });
    show(context, status, () => etcdLines(status, context.palette));
    return isWell(status) ? 'ok' : 'failed';
  },
});

function isWell({ isAgreed, members, alarms, silent }: EtcdStatus): boolean {
  return isAgreed && members.every(({ health }) => health === 'healthy') && alarms.length === 0 && silent.length === 0;
}
