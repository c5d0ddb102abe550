import { defineCommand, flag } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { table } from '../views/columns.ts';

export const listCommand = defineCommand({
  example: 'bootstrap list --all',
  arguments: [],
  options: { all: flag('those that are deleted too') },
  async run(context, { options }) {
    const known = await readVerb(context, (app) => app.list());
    const listed = known.filter(({ isDeleted }) => options.all === true || !isDeleted);
    show(context, listed, () =>
      listed.length === 0
        ? ['No cluster is known here.']
        : table(listed.map(({ name, provider, isDeleted }) => [name, provider, isDeleted ? 'deleted' : ''])),
    );
    return 'ok';
  },
});
