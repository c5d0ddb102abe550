import { PROVIDER_NAMES } from '../answers.ts';
import { choice, defineCommand, text } from '../command.ts';
import { readVerb, show } from '../read-verb.ts';
import { EMULATOR } from '../target.ts';
import { UsageError } from '../usage-error.ts';
import { statusLines } from '../views/status-text.ts';

export const attachCommand = defineCommand({
  example: 'bootstrap attach blog --provider aws --region eu-west-3',
  arguments: [{ name: 'NAME', summary: 'the cluster, as it was created' }],
  options: {
    provider: choice(PROVIDER_NAMES, 'whose account it is in'),
    region: text('REGION', 'where its state is'),
    emulator: EMULATOR,
    bucket: text('BUCKET', 'its state bucket, when more than one cluster has the name'),
  },
  async run(context, { words, options }) {
    const { provider, region, bucket } = options;
    const [name = ''] = words;
    if (provider === undefined || region === undefined) {
      const missing = provider === undefined ? '--provider' : '--region';
      throw new UsageError(`${missing} is needed to find ${name}.`, 'bootstrap attach --help');
    }
    const request = { name, provider, region, ...(bucket === undefined ? {} : { bucket }) };
    const status = await readVerb(context, (app, signal) => app.attach(request, signal));
    show(context, status, () => statusLines(status, context.palette));
    return 'ok';
  },
});
