import { PROBLEM_CATALOGUE } from '#engine/problem-catalogue.ts';

const BEGIN = '<!-- problems -->';
const END = '<!-- /problems -->';

/** The catalogue as the README shows it, between its markers. */
export function problemTable(): string {
  const rows = Object.entries(PROBLEM_CATALOGUE).map(
    ([code, { summary, blame }]) => `| \`${code}\` | ${summary} | ${blame} |`,
  );
  return [
    BEGIN,
    '',
    '| Code | What it says | Whose move |',
    '|------|--------------|------------|',
    ...rows,
    '',
    END,
  ].join('\n');
}

/** What stands between the markers of a text, markers included; undefined when they are not there. */
export function markedTable(text: string): string | undefined {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  return begin < 0 || end < begin ? undefined : text.slice(begin, end + END.length);
}

/** The rows of such a table, with whatever padding and heading its author gave it. */
export function tableRows(table: string): readonly string[] {
  const lines = table.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .join(' | ')
      .trim(),
  );
}
