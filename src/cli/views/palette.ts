import { styleText } from 'node:util';
import type { Screen } from '#std/terminal.ts';

type Paint = (text: string) => string;

/** The few colours there are: what is good, what is not, what needs care, what matters less. */
export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly care: Paint;
  readonly accent: Paint;
}

export const PLAIN_PALETTE: Palette = {
  strong: unchanged,
  faint: unchanged,
  good: unchanged,
  bad: unchanged,
  care: unchanged,
  accent: unchanged,
};

const COLOURS: Palette = {
  strong: painting('bold'),
  faint: painting('dim'),
  good: painting('green'),
  bad: painting('red'),
  care: painting('yellow'),
  accent: painting('cyan'),
};

type Environment = Readonly<Record<string, string | undefined>>;

export function choosePalette(screen: Pick<Screen, 'isTerminal'>, environment: Environment): Palette {
  return hasColours(screen, environment) ? COLOURS : PLAIN_PALETTE;
}

/** https://no-color.org: any value that is not empty. */
function hasColours({ isTerminal }: Pick<Screen, 'isTerminal'>, environment: Environment): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal && environment['TERM'] !== 'dumb';
}

function painting(colour: Parameters<typeof styleText>[0]): Paint {
  return (text) => (text === '' ? '' : styleText(colour, text, { validateStream: false }));
}

function unchanged(text: string): string {
  return text;
}
