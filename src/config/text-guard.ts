import type { FindingList } from './finding-list.ts';
import type { Flaw } from './finding.ts';

const LARGEST_FILE_KIB = 256;
const BYTE_ORDER_MARK = '\uFEFF';

/** A byte order mark says nothing that we do not know. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Whether the text may be handed to a YAML parser at all. */
export function guardText(text: string, findings: FindingList): void {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LARGEST_FILE_KIB * 1024) {
    const what = `The file has ${Math.ceil(bytes / 1024)} KiB; at most ${LARGEST_FILE_KIB} KiB are read.`;
    return findings.addAt({ start: 0, end: 0 }, '', { code: 'config.too-large', what });
  }
  for (const [lineStart, line] of linesOf(text)) {
    const [index, flaw] = firstFlaw(line);
    if (flaw !== undefined) findings.addAt({ start: lineStart + index, end: lineStart + index + 1 }, '', flaw);
  }
}

/** How the first character of a text is named: `U+200B`. */
export function nameCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Controls, and marks that turn the direction of reading: nowhere, not even in a comment. */
const FORBIDDEN = /(?![\t\r\n])\p{Cc}|\r(?!\n|$)|\p{Bidi_Control}|[\u{E0000}-\u{E007F}]/u;
/** Without a shape of its own; in a comment it may be part of another character. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Zl}|\p{Zp}/u;
/** Spaces that YAML takes for letters; French sets one before a colon. */
const STRANGE_SPACE = /(?! )\p{Zs}/u;
const LOST_CHARACTER = /\uFFFD|\p{Surrogate}/u;

/** The first character in a value or key that cannot be seen, by its name. */
export function hiddenCharacterIn(text: string): string | undefined {
  const found = FORBIDDEN.exec(text) ?? INVISIBLE.exec(text) ?? STRANGE_SPACE.exec(text);
  return found === null ? undefined : nameCharacter(found[0]);
}

function firstFlaw(line: string): readonly [number, Flaw | undefined] {
  const lost = line.search(LOST_CHARACTER);
  if (lost !== -1)
    return [lost, { code: 'config.not-utf8', what: 'The file is not UTF-8 here.', instead: 'Save it as UTF-8.' }];
  const content = line.replace(/#.*$/, '');
  const places = [line.search(FORBIDDEN), content.search(INVISIBLE), content.search(STRANGE_SPACE)];
  const index = places.find((place) => place !== -1);
  if (index === undefined) return [0, undefined];
  const what = `Here stands a character that cannot be seen: ${nameCharacter(line.slice(index))}.`;
  return [index, { code: 'config.hidden-character', what, instead: 'Delete it, or type a plain space.' }];
}

function* linesOf(text: string): Generator<readonly [number, string]> {
  let start = 0;
  for (const line of text.split('\n')) {
    yield [start, line];
    start += line.length + 1;
  }
}
