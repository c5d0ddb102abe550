import { checkForeign, checkHidden, checkSecret, checkSecretKey } from './check-value.ts';
import { closest, didYouMean } from './did-you-mean.ts';
import { allFields, isEntry } from './field-tree.ts';
import type { Flaw } from './finding.ts';
import { enumerate, show } from './show.ts';
import { WrittenFile } from './written-file.ts';

/** Why a key is not one of those that may stand here, and which was meant. */
export function judgeKey(key: string, siblings: readonly string[]): Flaw {
  const meant = didYouMean(key, siblings);
  const harmful = checkSecret(key) ?? checkHidden(key) ?? checkForeign(key, meant) ?? checkSecretKey(key);
  if (harmful !== undefined) return harmful;
  if (meant !== undefined) return unknown(key, meant);
  const homes = homesOf(key);
  if (homes.length === 0) return unknown(key, `The keys here are ${enumerate(siblings, 'and')}.`);
  const instead = `It belongs ${enumerate(homes, 'or')}.`;
  return { code: 'config.misplaced-key', what: `${show(key)} does not belong here.`, instead };
}

function unknown(key: string, instead: string): Flaw {
  return { code: 'config.unknown-key', what: `There is no key ${show(key)} here.`, instead };
}

/** `in nodes.worker`, `at the top`. */
function homesOf(key: string): readonly string[] {
  const paths = [...allFields(WrittenFile)].map(({ path }) => path).filter((path) => !isEntry(path));
  const wanted = closest(key, new Set(paths.map(lastKey)));
  return paths
    .filter((path) => wanted.includes(lastKey(path)))
    .map((path) => (path.includes('.') ? `in ${path.slice(0, path.lastIndexOf('.'))}` : 'at the top'));
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
