import { stripVTControlCharacters } from 'node:util';
import type { Screen } from '#std/terminal.ts';

export interface Column {
  readonly text: string;
  readonly width: number;
  readonly align?: 'right';
  readonly paint?: (text: string) => string;
}

/** One line of columns: what is too long ends in an ellipsis, what is empty keeps its place. */
export function layOut(columns: readonly Column[], gap = '  '): string {
  const cells = columns
    .filter(({ width }) => width > 0)
    .map(({ text, width, align, paint = same }) => {
      const cut = shorten(text, width);
      const space = ' '.repeat(width - cut.length);
      return align === 'right' ? `${space}${paint(cut)}` : `${paint(cut)}${space}`;
    });
  return cells.join(gap).trimEnd();
}

export function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 0 ? '' : `${text.slice(0, width - 1)}…`;
}

/** What a screen that is painted over has no room for would push everything else away. */
export function cutToScreen(line: string, columns: number): string {
  return visibleLength(line) <= columns ? line : shorten(stripVTControlCharacters(line), columns);
}

/** A table without lines: every column as wide as its widest cell, the last one as long as it likes. */
export function table(rows: readonly (readonly string[])[], indent = ''): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
  }
  return rows.map((row) =>
    `${indent}${row.map((cell, index) => padded(cell, widths[index] ?? 0)).join('  ')}`.trimEnd(),
  );
}

/** Breaks at spaces; lines that are there stay, with their own indentation. */
export function wrap(text: string, width: number, indent = ''): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, Math.max(20, width - indent.length)).map((part) => `${indent}${part}`.trimEnd()));
}

/** How long a line of prose may be: what is piped elsewhere is broken by nobody. */
export function proseColumns({ isTerminal, columns }: Pick<Screen, 'isTerminal' | 'columns'>): number {
  return isTerminal ? columns : Number.MAX_SAFE_INTEGER;
}

/** Between two ends of a line. */
export function spread(left: string, right: string, width: number): string {
  const room = width - visibleLength(left) - visibleLength(right);
  return `${left}${' '.repeat(Math.max(2, room))}${right}`.trimEnd();
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

function padded(cell: string, width: number): string {
  return `${cell}${' '.repeat(Math.max(0, width - visibleLength(cell)))}`;
}

function wrapLine(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.trim().split(/ +/)) {
    if (current !== '' && current.length + 1 + word.length + indent.length > width) {
      lines.push(`${indent}${current}`);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, `${indent}${current}`];
}

function same(text: string): string {
  return text;
}
