import { type Finding, type Rule, everywhere, inProduct } from './tidy.ts';

const longestFile = 400;
const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** What a provider offers to the program that loads it. */
const providerDoor = /^providers\/[a-z]+\/index\.ts$/;
const emptyWords = /^(?:utils?|helpers?|types|services|common|misc)$/;

/** Rules about the size and the name of a file. */
export const fileRules: readonly Rule[] = [
  {
    name: 'short-file',
    remedy: 'split it by concept',
    covers: inProduct,
    find: ({ text }) => {
      const lines = text.trimEnd().split('\n').length;
      return atTop(lines > longestFile ? `${lines} lines, at most ${longestFile}` : undefined);
    },
  },
  {
    name: 'no-barrel',
    remedy: 'import from the file that defines the thing',
    covers: everywhere,
    find: ({ path }) => atTop(path.endsWith('/index.ts') && !providerDoor.test(path) ? 'index.ts' : undefined),
  },
  {
    name: 'kebab-case',
    remedy: 'name files and folders in lower case, with hyphens',
    covers: everywhere,
    find: ({ path }) => atTop(wordGroups(path).find((group) => !kebabCase.test(group))),
  },
  {
    name: 'telling-name',
    remedy: 'name the concept of the domain',
    covers: everywhere,
    find: ({ path }) => {
      const words = wordGroups(path).flatMap((group) => group.split('-'));
      return atTop(words.find((word) => emptyWords.test(word)));
    },
  },
];

/** `src/engine/apply-plan.test.ts` → src, engine, apply-plan, test. */
function wordGroups(path: string): readonly string[] {
  return path.replace(/\.ts$/, '').split(/[/.]/);
}

function atTop(what: string | undefined): readonly Finding[] {
  return what === undefined ? [] : [{ offset: 0, what }];
}
