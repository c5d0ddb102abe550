/** The candidates that look most like a word, best first; none when nothing is close. */
export function closest(word: string, candidates: Iterable<string>): readonly string[] {
  const wanted = skeleton(word);
  const ranked = [...candidates]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, skeleton(candidate)) }))
    .filter(({ candidate, distance }) => distance <= patience(Math.min(candidate.length, word.length)))
    .toSorted((left, right) => left.distance - right.distance);
  return ranked.filter(({ distance }) => distance === ranked[0]?.distance).map(({ candidate }) => candidate);
}

/** `Did you mean "count"?`, or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const [first, second] = closest(word, candidates);
  if (first === undefined) return undefined;
  return second === undefined ? `Did you mean "${first}"?` : `Did you mean "${first}" or "${second}"?`;
}

/** A word with its lookalikes replaced; undefined when other foreign letters remain. */
export function asLatin(word: string): string | undefined {
  const latin = replaceLookalikes(word.normalize('NFKD').replaceAll(/\p{M}/gu, ''));
  return /^\p{ASCII}*$/u.test(latin) ? latin : undefined;
}

const LONGEST_WORD = 64;

function patience(length: number): number {
  // One letter more or less makes any other word of one that has two.
  if (length <= 2) return 0;
  return length <= 4 ? 1 : Math.floor(length / 3);
}

/** How a word looks to somebody in a hurry: case, hyphens and letters of other alphabets do not count. */
function skeleton(word: string): string {
  const plain = word
    .slice(0, LONGEST_WORD)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\s_\-.]|\p{M}/gu, '');
  return replaceLookalikes(plain);
}

function replaceLookalikes(word: string): string {
  return word.replaceAll(/\P{ASCII}/gu, (letter) => LOOKALIKES.get(letter) ?? letter);
}

/** Cyrillic and Greek letters, each before the Latin one that it looks like. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  [
    '\u0430a \u0441c \u0501d \u0435e \u04BBh \u0456i \u0458j \u043Ak \u043Cm \u043Fn \u043Eo \u0440p \u051Bq \u0433r',
    '\u0455s \u0442t \u0475v \u051Dw \u0445x \u0443y \u03B1a \u03B5e \u03B9i \u03BAk \u03BDv \u03BFo \u03C1p \u03C4t',
    '\u03C5u \u03C7x \u03C9w',
  ]
    .join(' ')
    .split(' ')
    .map(([look = '', letter = '']) => [look, letter]),
);

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
export function editDistance(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(last, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const swapped = isSwap ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, right.length);
}

function at(distances: readonly number[], place: number): number {
  return distances[place] ?? Number.POSITIVE_INFINITY;
}
