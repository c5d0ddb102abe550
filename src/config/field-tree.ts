import { type Field, fieldOf, isOptional } from './field.ts';

export interface PlacedField {
  /** `nodes.worker.count`; `zones[]` for what is in a list. */
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
  }
}
