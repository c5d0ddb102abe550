/** Loaded into the program before it starts (`--import`): lists every module that it loads. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const listFile = process.env['LIST_MODULES_IN'];
const urls: string[] = [];

registerHooks({
  load(url, context, nextLoad) {
    urls.push(url);
    return nextLoad(url, context);
  },
});

process.on('exit', () => {
  if (listFile !== undefined) appendFileSync(listFile, urls.map((url) => `${url}\n`).join(''));
});
