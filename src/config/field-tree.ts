import { type Field, fieldOf, isOptional } from './field.ts';

export interface PlacedField {
  /** `nodes.worker.count`; `zones[]` for what is in a list, `tags.*` for what a key of one's own has. */
  readonly path: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

type Schema = Parameters<typeof fieldOf>[0];

/** Every place below a schema, parents first. */
export function* allFields(schema: Schema, path = ''): Generator<PlacedField> {
  const { form } = fieldOf(schema);
  if (form.type === 'section') {
    for (const [key, member] of Object.entries(form.shape)) {
      const here = path === '' ? key : `${path}.${key}`;
      yield { path: here, field: fieldOf(member), isRequired: !isOptional(member) };
      yield* allFields(member, here);
    }
  } else if (form.type === 'list' || form.type === 'one or more') {
    yield { path: `${path}[]`, field: fieldOf(form.item), isRequired: false };
    yield* allFields(form.item, `${path}[]`);
  } else if (form.type === 'named values') {
    yield { path: `${path}.*`, field: fieldOf(form.value), isRequired: false };
  }
}

/** Whether a place is one of many in another one, and no key that the file knows. */
export function isEntry(path: string): boolean {
  return path.endsWith('[]') || path.endsWith('.*');
}
