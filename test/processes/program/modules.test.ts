import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ended, Workstation } from './workstation.ts';

const MODULE_LIST = new URL('../module-list-worker.ts', import.meta.url).href;

/** The packages that a run of the program loads, by name. */
async function packagesOf(workstation: Workstation, args: readonly string[]): Promise<readonly string[]> {
  const list = join(workstation.home, 'modules');
  await writeFile(list, '');
  const child = workstation.start(args, { NODE_OPTIONS: `--import=${MODULE_LIST}`, LIST_MODULES_IN: list });
  expect(await ended(child)).toMatchObject({ code: 0 });
  const urls = (await readFile(list, 'utf8')).split('\n').filter((url) => url !== '');
  expect(urls.some((url) => url.endsWith('/dist/src/cli/main.js'))).toBe(true);
  const names = urls.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

test('help loads the parser of the command line and nothing else', async () => {
  await using workstation = await Workstation.open();
  expect(await packagesOf(workstation, ['--help'])).toEqual(['commander']);
  expect(await packagesOf(workstation, ['create', '--help'])).toEqual(['commander']);
});

test('commands that need no cloud load no SDK', async () => {
  await using workstation = await Workstation.open();
  for (const args of [['list'], ['explain', 'nodes.worker']]) {
    const packages = await packagesOf(workstation, args);
    expect(packages.filter((name) => name.startsWith('@aws-sdk') || name.startsWith('@smithy'))).toEqual([]);
  }
});
