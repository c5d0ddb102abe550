import { z } from 'zod';
import { assert } from '#std/assert.ts';
import type { Flaw } from './finding.ts';
import { enumerate } from './show.ts';

/** What there is to know about a place in the cluster file: what a reader checks and what `explain` says. */
export interface Field extends FieldWords {
  readonly form: Form;
}

export interface FieldWords {
  readonly description: string;
  /** As it would be written in the file. */
  readonly example: string;
  /** In words; a field without one has to be written. */
  readonly default?: string;
  readonly constraint?: string;
  readonly change: ChangeRule;
}

/** Whether a field may change while the cluster lives. */
export type ChangeRule = 'at any time' | 'by new machines' | 'part by part' | 'never';

export type Form =
  | TextForm
  | ChoiceForm
  | { readonly type: 'whole number' | 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'true or false' }
  | { readonly type: 'section'; readonly shape: Shape }
  | {
      readonly type: 'list';
      readonly item: Schema;
      readonly min: number;
      readonly max: number;
      readonly isSet: boolean;
    }
  | { readonly type: 'one or more'; readonly item: Schema; readonly max: number }
  | NamedValuesForm;

interface TextForm {
  readonly type: 'text';
  /** The first thing that is wrong with a text. */
  check(text: string): Flaw | undefined;
  /** As much of that as an editor can check. */
  readonly pattern?: string;
  /** Judges its characters by itself: what would be harmful or foreign in a name may stand in it. */
  readonly isFree?: boolean;
  /** A number alone is not mistaken for text but judged for what it lacks. */
  readonly isAmount?: boolean;
}

interface ChoiceForm {
  readonly type: 'choice';
  readonly values: readonly string[];
  /** What others call them. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly code: Flaw['code'];
}

interface NamedValuesForm {
  readonly type: 'named values';
  readonly value: Schema;
  readonly max: number;
  /** The first thing that is wrong with a key beside those that stand before it. */
  readonly checkKey: (key: string, before: readonly string[]) => Flaw | undefined;
  /** As much of that as an editor can check. */
  readonly keyPattern: string;
}

type Schema = z.core.$ZodType;
type Shape = Readonly<Record<string, Schema>>;

const fields = new WeakMap<Schema, Field>();

/** Every schema below describes itself; an optional one is described by what it wraps. */
export function fieldOf(schema: Schema): Field {
  const field = findField(schema);
  assert(field !== undefined, 'Every place in the cluster file is described.');
  return field;
}

export function findField(schema: Schema): Field | undefined {
  return fields.get(schema instanceof z.ZodExactOptional ? schema.unwrap() : schema);
}

export function isOptional(schema: Schema): boolean {
  return schema instanceof z.ZodExactOptional;
}

/** `a whole number`, `a list`. */
export function formInWords(form: Form): string {
  switch (form.type) {
    case 'text':
      return 'text';
    case 'choice':
      return enumerate(form.values, 'or');
    case 'whole number':
    case 'number':
      return `a ${form.type}`;
    case 'true or false':
      return form.type;
    case 'section':
      return 'a section with keys of its own';
    case 'list':
      return 'a list';
    case 'one or more':
      return 'one text or a list of them';
    case 'named values':
      return 'a section of your own keys, each with a text';
  }
}

export function text({ check, pattern, isFree, isAmount, ...words }: FieldWords & Omit<TextForm, 'type'>) {
  const form: Form = {
    type: 'text',
    check,
    ...(pattern && { pattern }),
    ...(isFree && { isFree }),
    ...(isAmount && { isAmount }),
  };
  return described(
    z.string().refine((value) => check(value) === undefined),
    { ...words, form },
  );
}

export function choice<const Value extends string>(
  values: readonly Value[],
  { code = 'config.unknown-value', aliases = {}, ...words }: FieldWords & Partial<Pick<ChoiceForm, 'code' | 'aliases'>>,
) {
  return described(z.enum(values), { ...words, form: { type: 'choice', values, aliases, code } });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

export function wholeNumber({ min, max, ...words }: FieldWords & Bounds) {
  return described(z.int().min(min).max(max), { ...words, form: { type: 'whole number', min, max } });
}

export function decimalNumber({ min, max, ...words }: FieldWords & Bounds) {
  return described(z.number().min(min).max(max), { ...words, form: { type: 'number', min, max } });
}

export function trueOrFalse(words: FieldWords) {
  return described(z.boolean(), { ...words, form: { type: 'true or false' } });
}

export function section<Members extends z.ZodRawShape>(shape: Members, words: FieldWords) {
  return described(z.strictObject(shape), { ...words, form: { type: 'section', shape } });
}

export function list<Item extends z.ZodType>(
  item: Item,
  { min, max, isSet, ...words }: FieldWords & Bounds & { readonly isSet: boolean },
) {
  return described(z.array(item).min(min).max(max), { ...words, form: { type: 'list', item, min, max, isSet } });
}

export function oneOrMore<Item extends z.ZodType>(
  item: Item,
  { max, ...words }: FieldWords & { readonly max: number },
) {
  return described(z.union([item, z.array(item).min(1).max(max)]), {
    ...words,
    form: { type: 'one or more', item, max },
  });
}

/** Keys that whoever writes the file makes up. */
export function namedValues<Value extends z.ZodType>(
  value: Value,
  { max, checkKey, keyPattern, ...words }: FieldWords & Omit<NamedValuesForm, 'type' | 'value'>,
) {
  const isWell = (key: string, place: number, keys: readonly string[]) =>
    checkKey(key, keys.slice(0, place)) === undefined;
  return described(
    z.record(z.string(), value).refine((values) => Object.keys(values).every(isWell)),
    { ...words, form: { type: 'named values', value, max, checkKey, keyPattern } },
  );
}

function described<Described extends Schema>(schema: Described, field: Field): Described {
  fields.set(schema, field);
  return schema;
}
