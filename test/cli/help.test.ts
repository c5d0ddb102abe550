import { describe, expect, test } from 'vitest';
import { manifest } from './support/manifest.ts';
import { COMMANDS } from '#cli/commands.ts';
import { VERSION } from '#cli/version.ts';
import { perform } from './support/stage.ts';

const RULE = '─'.repeat(80);

describe('help', () => {
  test('of the program and of every command reads as approved', async () => {
    const pages: string[] = [];
    for (const line of [
      '--help',
      ...COMMANDS.map(({ name }) => `${name} --help`),
      'state --help',
      'image --help',
      'help exit-codes',
    ]) {
      const { output, exit } = await perform(line);
      expect(exit).toBe('ok');
      pages.push(`$ bootstrap ${line}\n\n${output}`);
    }
    await expect(pages.join(`\n${RULE}\n`)).toMatchFileSnapshot('golden/help.txt');
  });

  test.each(COMMANDS.map(({ name }) => name))('of %s holds an example that the command understands', async (name) => {
    const command = await COMMANDS.find((entry) => entry.name === name)?.load();
    for (const example of (command?.example ?? '').split('\n')) {
      expect(example).toMatch(new RegExp(`^bootstrap ${name}( |$)`));
      const { errors } = await perform(`${example.replace('bootstrap ', '')} --help`);
      expect(errors).toBe('');
    }
  });

  test('is asked for as "help COMMAND" too', async () => {
    const [asked, given] = [await perform('help state unlock'), await perform('state unlock --help')];
    expect(asked.output).toBe(given.output);
  });

  test('comes when nothing was typed', async () => {
    expect((await perform('')).output).toBe((await perform('--help')).output);
  });
});

test('the version is that of the package', async () => {
  expect(VERSION).toBe(manifest.version);
  expect((await perform('--version')).output).toBe('1.2.3\n');
});

describe('a slip of the fingers', () => {
  test.each([
    ['plna', "error: unknown command 'plna'\n(Did you mean plan?)\n"],
    [
      'create --sped 3',
      "error: unknown option '--sped'\n(Did you mean one of --seed, --speed?)\nSee: bootstrap create --help\n",
    ],
    [
      'create --provider azure',
      `error: option '--provider <simulator|aws|local>' argument 'azure' is invalid. "azure" is none of simulator, aws, local.\nSee: bootstrap create --help\n`,
    ],
    [
      'create --workers many',
      `error: option '--workers <N>' argument 'many' is invalid. "many" is not a whole number from 0 to 1000.\nSee: bootstrap create --help\n`,
    ],
    [
      'create --speed fast',
      `error: option '--speed <FACTOR>' argument 'fast' is invalid. "fast" is not a number.\nSee: bootstrap create --help\n`,
    ],
    ['state unlok', "error: unknown command 'unlok'\n(Did you mean unlock?)\n"],
    [
      'list demo',
      "error: too many arguments for 'list'. Expected 0 arguments but got 1: demo.\nSee: bootstrap list --help\n",
    ],
  ])('"%s" is told with what was probably meant', async (line, errors) => {
    expect(await perform(line)).toMatchObject({ errors, exit: 'input', code: 3, asked: [] });
  });
});
