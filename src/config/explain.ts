import { problem } from '#engine/problem.ts';
import { closest } from './did-you-mean.ts';
import { type ChangeRule, fieldOf, type Form, formInWords } from './field.ts';
import { allFields, isEntry, type PlacedField } from './field-tree.ts';
import { enumerate, show } from './show.ts';
import { WrittenFile } from './written-file.ts';

/** What can be written at a place of the cluster file, in words; the empty path is the file itself. */
export function explainPath(path: string): string {
  const wanted = path.replaceAll(/\[\d*\]/g, '[]');
  const places = [...allFields(WrittenFile)];
  if (wanted === '') return explainWhole(places);
  const place = places.find((candidate) => candidate.path === wanted) ?? entryAt(wanted, places);
  if (place === undefined) throw unknownPath(path, places);
  return explain(place, childrenOf(place.path, places));
}

/** What stands under a key that whoever writes the file makes up. */
function entryAt(path: string, places: readonly PlacedField[]): PlacedField | undefined {
  return places.find((entry) => entry.path.endsWith('.*') && path.startsWith(entry.path.slice(0, -1)));
}

/** Every key of the file, whatever it is in. */
function explainWhole(places: readonly PlacedField[]): string {
  const rows = places.filter(({ path }) => !isEntry(path)).map(({ path, field }) => [path, field.description] as const);
  return `The cluster file\n\n  ${fieldOf(WrittenFile).description}\n\n${table(rows)}\n`;
}

const CHANGE_WORDS: Readonly<Record<ChangeRule, string>> = {
  'at any time': 'at any time, with the next apply',
  'by new machines': 'yes: machines that were made with another value are replaced',
  'part by part': 'depends on the key',
  never: 'never: it would be another cluster',
};

function explain({ path: title, field, isRequired }: PlacedField, children: readonly PlacedField[]): string {
  const { description, constraint, change, example, form } = field;
  const facts = [
    ['type', typeInWords(form)],
    ['default', isRequired ? 'none: it has to be written' : field.default],
    ['rule', constraint],
    ['change', CHANGE_WORDS[change]],
    ['example', example],
  ].flatMap(([name = '', words]) => (words === undefined ? [] : [[name, words] as const]));
  const keys = children.map(({ path, field: child }) => [lastKey(path), child.description] as const);
  const parts = [title, `  ${description}`, table(facts), ...(keys.length === 0 ? [] : [`Keys\n${table(keys)}`])];
  return `${parts.join('\n\n')}\n`;
}

function typeInWords(form: Form): string {
  switch (form.type) {
    case 'whole number':
    case 'number':
      return `${formInWords(form)} from ${form.min} to ${form.max}`;
    case 'list':
      return `a list of ${form.min} to ${form.max} entries`;
    case 'one or more':
    case 'named values':
      return `${formInWords(form)}, at most ${form.max}`;
    case 'text':
    case 'choice':
    case 'section':
    case 'true or false':
      return formInWords(form);
  }
}

function childrenOf(parent: string, places: readonly PlacedField[]): readonly PlacedField[] {
  return places.filter(({ path }) => path === `${parent}.${lastKey(path)}`);
}

function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function unknownPath(path: string, places: readonly PlacedField[]) {
  const paths = places.map((place) => place.path);
  const similar = closest(path, paths);
  const near = similar.length > 0 ? similar : paths.filter((known) => lastKey(known) === lastKey(path));
  const hint = near.length === 0 ? '' : ` Did you mean ${enumerate(near.slice(0, 4), 'or')}?`;
  return problem('config.path-unknown', { detail: `There is no ${show(path)} in the cluster file.${hint}` });
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, words]) => `  ${name.padEnd(width)}  ${words}`).join('\n');
}
