import { z } from 'zod';
import { type Field, findField, type Form } from './field.ts';
import { WrittenFile } from './written-file.ts';

/** The cluster file as a JSON Schema: what editors complete, explain and check. */
export function clusterFileJsonSchema() {
  const schema = z.toJSONSchema(WrittenFile, {
    target: 'draft-07',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const field = findField(zodSchema);
      if (field !== undefined) Object.assign(jsonSchema, wordsOf(field));
    },
  });
  return { ...schema, title: 'Cluster file of bootstrap' };
}

function wordsOf({ description, constraint, form, ...field }: Field): object {
  const fallback = field.default === undefined ? undefined : `Default: ${field.default}.`;
  const words = [description, constraint, fallback].filter(Boolean).join(' ');
  return { description: words, ...rulesOf(form) };
}

function rulesOf(form: Form): object {
  if (form.type === 'text' && form.pattern !== undefined) return { pattern: form.pattern };
  if (form.type !== 'named values') return {};
  return { maxProperties: form.max, propertyNames: { type: 'string', pattern: form.keyPattern } };
}
