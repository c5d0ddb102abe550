import { defineCommand, flag } from '../command.ts';
import { show } from '../read-verb.ts';

const INDENT = 2;

export const explainCommand = defineCommand({
  example: 'bootstrap explain nodes.worker.machine',
  arguments: [{ name: '[PATH]', summary: 'a field of the cluster file; all of them when left out' }],
  options: { schema: flag('print a JSON Schema instead, for editors') },
  async run(context, { words, options }) {
    const { clusterFiles } = context;
    if (options.schema === true) {
      const schema = await clusterFiles.schema();
      show(context, schema, () => [JSON.stringify(schema, undefined, INDENT)]);
      return 'ok';
    }
    const text = await clusterFiles.explain(words[0]);
    show(context, { path: words[0] ?? '', text }, () => [text.trimEnd()]);
    return 'ok';
  },
});
