const LONGEST = 60;

/** A text of the file as it can be shown in a sentence: in quotes, on one line, not too long. */
export function show(text: string): string {
  return JSON.stringify(shorten(text)).replaceAll(/[^\u0020-\u007E…]/gu, showCharacter);
}

/** A text that does nothing but stand there when it is printed: no controls, no change of direction. */
export function makeHarmless(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, showCharacter);
}

/** A text cut to a length that fits into a sentence. */
export function shorten(text: string, longest = LONGEST): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** `a, b or c`. */
export function enumerate(words: readonly string[], conjunction: 'and' | 'or'): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(` ${conjunction} `);
}

/** Letters of any alphabet stay; what has no shape is named. */
function showCharacter(character: string): string {
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
