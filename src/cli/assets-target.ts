import type { Target } from '#app/app.ts';
import type { CommandContext } from './command.ts';
import { isName, wordsFor } from './target.ts';
import { UsageError } from './usage-error.ts';

/** The cluster that is named, if one is: what is not about any is about what the program brings. */
export function optionalTarget(
  { meant }: Pick<CommandContext, 'meant'>,
  { words: [word], file }: { readonly words: readonly string[]; readonly file: string | undefined },
): Target | undefined {
  if (word !== undefined && file !== undefined)
    throw new UsageError(`Both a name (${word}) and a file (${file}) are given; one is enough.`);
  const named = word ?? file;
  if (named === undefined) return undefined;
  const target = word !== undefined && isName(word) ? { name: word } : { file: named };
  meant.cluster = wordsFor(target);
  return target;
}
