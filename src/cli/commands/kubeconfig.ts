import { count, defineCommand, list, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { findTarget, shellWord, TARGET_ARGUMENT, TARGET_OPTIONS } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { formatMoment } from '../views/moment.ts';

const HOURS = 24;
/** A week: what cannot be revoked has to end. */
const HOURS_MAX = 168;
const HOUR_MS = 3_600_000;

export const kubeconfigCommand = defineCommand({
  example:
    'bootstrap kubeconfig dev\nbootstrap kubeconfig dev --out ci.kubeconfig --user ci --group deployers --hours 2',
  arguments: [TARGET_ARGUMENT],
  options: {
    file: TARGET_OPTIONS.file,
    out: text('FILE', 'where it goes, for you alone to read; by default beside what is known of the cluster'),
    user: text('NAME', 'as whom; by default you, as you are called here'),
    group: list('GROUPS', 'in which groups, with commas between them; by default those who may do everything'),
    hours: count(`for how long; ${HOURS} by default`, HOURS_MAX),
  },
  async run(context, { words, options }) {
    const { file, out: to, user, group: groups = [], hours = HOURS } = options;
    for (const name of [...groups, ...(user === undefined ? [] : [user])]) refuseUnfit(name);
    if (hours === 0) throw new UsageError('For how long? It takes an hour at least.');
    const written = await readVerb(context, async (app, signal) => {
      const target = await findTarget(context, app, { words, file });
      return app.kubeconfig(target, { to, user, groups, lifeMs: hours * HOUR_MS }, signal);
    });
    show(context, written, () => [
      `export KUBECONFIG=${shellWord(written.path)}`,
      `# ${written.server} as ${written.user} of ${written.groups.join(', ')}, until ${formatMoment(written.untilMs)} UTC`,
    ]);
    return 'ok';
  },
});

const NAME_LENGTH_MAX = 64;

/** Who is of `system:masters` is stopped by no rule, and whoever has that in a file has it for good. */
function refuseUnfit(name: string): void {
  if (name.startsWith('system:')) throw new UsageError(`"${name}": names that begin with system: are Kubernetes' own.`);
  if (name === '' || name.length > NAME_LENGTH_MAX || /[\p{Cc}]/u.test(name))
    throw new UsageError(`"${name}" is no name of 1 to ${NAME_LENGTH_MAX} characters.`);
}
