import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Tags } from '../objects.ts';

export const Filters = z.array(z.strictObject({ Name: z.string(), Values: z.array(z.string()).max(200) })).optional();
type Filters = z.output<typeof Filters>;

/** What can be filtered by, each with the values an item has there. */
export type Fields<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

/** Items that fit every filter: one of its values, with `*` and `?` as wildcards. */
export function filtered<T extends { readonly tags: Tags }>(
  items: readonly T[],
  filters: Filters,
  fields: Fields<T>,
): readonly T[] {
  if (filters === undefined) return items;
  const tests = filters.map(({ Name, Values }) => {
    const valuesOf = fieldOf(Name, fields);
    const patterns = Values.map(patternOf);
    return (item: T) => valuesOf(item).some((value) => patterns.some((fits) => fits(value)));
  });
  return items.filter((item) => tests.every((fits) => fits(item)));
}

function fieldOf<T extends { readonly tags: Tags }>(name: string, fields: Fields<T>): (item: T) => readonly string[] {
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags);
  if (name.startsWith('tag:')) return ({ tags }) => present(tags[name.slice(4)]);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw fault('InvalidParameterValue', `The filter '${name}' is invalid`);
  return field;
}

export function present(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function patternOf(text: string): (value: string) => boolean {
  if (!/[*?]/.test(text)) return (value) => value === text;
  const source = text
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const pattern = new RegExp(`^${source}$`, 's');
  return (value) => pattern.test(value);
}
