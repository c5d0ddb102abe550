import { stripVTControlCharacters } from 'node:util';

const TAB_WIDTH = 8;

/** The first line of what may be a machine's own words. */
export function firstLine(text: string): string {
  return harmlessLine(text.split('\n', 1)[0] ?? '');
}

/** A line that a machine has said, so that it does nothing to the terminal but stand there. */
export function harmlessLine(line: string): string {
  return stripVTControlCharacters(line)
    .replaceAll('\t', ' '.repeat(TAB_WIDTH))
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '');
}
