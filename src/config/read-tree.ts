import { checkHidden, checkSecret, checkSecretKey, checkValue } from './check-value.ts';
import { type Field, fieldOf, type Form, formInWords, isOptional } from './field.ts';
import type { FindingList } from './finding-list.ts';
import { type Flaw, pathOf } from './finding.ts';
import { judgeKey } from './judge-key.ts';
import { type Reading, readScalar, type ScalarKind } from './scalar.ts';
import { show } from './show.ts';
import type { SourceMap, SourceNode, SourceScalar } from './source-tree.ts';
import { PartialFile, WrittenFile } from './written-file.ts';

/** Reads the tree against the schema: reports what does not fit and leaves it out; undefined when nothing fits. */
export function readTree(tree: SourceNode, findings: FindingList): PartialFile | undefined {
  const value = new TreeReader(findings).read(WrittenFile, tree, '');
  return value === undefined ? undefined : PartialFile.parse(value);
}

type Schema = Parameters<typeof fieldOf>[0];
type ListForm = Extract<Form, { readonly type: 'list' }>;
type NamedValuesForm = Extract<Form, { readonly type: 'named values' }>;
type ScalarForm = Extract<Form, { readonly type: ScalarKind | 'choice' }>;

/** More than the longest public key has. */
const LONGEST_VALUE = 4_096;

class TreeReader {
  readonly #findings: FindingList;

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  read(schema: Schema, node: SourceNode, path: string): unknown {
    const field = fieldOf(schema);
    if (node.kind === 'nothing') return node.isReported ? undefined : this.#reportEmpty(path, schema);
    const { form } = field;
    switch (form.type) {
      case 'section':
        return node.kind === 'map' ? this.#readSection(form.shape, node, path) : this.#reportType(path, field, node);
      case 'list':
        return node.kind === 'list' ? this.#readList(form, node.items, path) : this.#reportType(path, field, node);
      case 'one or more':
        return node.kind === 'list'
          ? this.#readList({ ...form, type: 'list', min: 1, isSet: true }, node.items, path)
          : this.read(form.item, node, path);
      case 'named values':
        return node.kind === 'map' ? this.#readNamed(form, node, path) : this.#reportType(path, field, node);
      case 'text':
      case 'choice':
      case 'whole number':
      case 'number':
      case 'true or false':
        return node.kind === 'scalar' ? this.#readScalar(form, node, path) : this.#reportType(path, field, node);
    }
  }

  #readSection(shape: Readonly<Record<string, Schema>>, { entries }: SourceMap, path: string): object | undefined {
    const values: [string, unknown][] = [];
    for (const { key, value } of entries) {
      const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (schema === undefined) this.#findings.add(pathOf(path, key), judgeKey(key, Object.keys(shape)), 'key');
      else values.push([key, this.read(schema, value, pathOf(path, key))]);
    }
    for (const [key, schema] of Object.entries(shape)) {
      if (isOptional(schema) || entries.some((entry) => entry.key === key)) continue;
      const { description, example } = fieldOf(schema);
      const what = `"${key}" is missing. ${description}`;
      const instead = `Add a line such as "${example}".`;
      this.#report(pathOf(path, key), { code: 'config.missing-key', what, instead });
    }
    const found = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    // The file as a whole is looked at also without what it lacks.
    const isWhole = Object.entries(shape).every(([key, schema]) => isOptional(schema) || key in found);
    return path === '' || isWhole ? found : undefined;
  }

  #readNamed({ value: schema, checkKey }: NamedValuesForm, { entries }: SourceMap, path: string): object | undefined {
    const keys = entries.map(({ key }) => key);
    const values = entries.map(({ key, value }, index): [string, unknown] => {
      const here = pathOf(path, key);
      const secret = checkSecretKey(key);
      const flaw = secret ?? checkHidden(key) ?? checkKey(key, keys.slice(0, index));
      if (flaw !== undefined) this.#findings.add(here, flaw, 'key');
      // Words about the value of a secret could tell it.
      const read = secret === undefined ? this.read(schema, value, here) : undefined;
      return [key, flaw === undefined ? read : undefined];
    });
    return values.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(values);
  }

  #readList({ item, min, max, isSet }: ListForm, nodes: readonly SourceNode[], path: string): unknown {
    if (nodes.length < min || nodes.length > max) {
      const what = `The list has ${nodes.length} entries; it needs from ${min} to ${max}.`;
      return this.#report(path, { code: 'config.out-of-range', what });
    }
    const values = nodes.map((node, index) => this.read(item, node, pathOf(path, index)));
    if (isSet) this.#reportRepeated(values, path);
    return values.includes(undefined) ? undefined : values;
  }

  #reportRepeated(values: readonly unknown[], path: string): void {
    for (const [index, value] of values.entries()) {
      const first = values.indexOf(value);
      if (typeof value !== 'string' || first === index) continue;
      const what = `${show(value)} already stands at place ${first + 1} of the list.`;
      this.#report(pathOf(path, index), { code: 'config.duplicate-entry', what });
    }
  }

  #readScalar(form: ScalarForm, scalar: SourceScalar, path: string): unknown {
    const secret = checkSecret(scalar.text);
    if (secret !== undefined) return this.#report(path, secret);
    const { length } = scalar.text;
    if (length > LONGEST_VALUE) {
      return this.#report(path, { code: 'config.too-large', what: `This value has ${length} characters.` });
    }
    const reading = readForm(form, scalar);
    if ('flaw' in reading) return this.#report(path, reading.flaw);
    const flaw = checkValue(form, reading.value);
    return flaw === undefined ? reading.value : this.#report(path, flaw);
  }

  #reportType(path: string, field: Field, node: SourceNode): undefined {
    const found = { map: 'keys with values', list: 'a list', scalar: 'a single value', nothing: 'nothing' }[node.kind];
    const what = `Expected is ${formInWords(field.form)}; here ${node.kind === 'map' ? 'stand' : 'stands'} ${found}.`;
    return this.#report(path, { code: 'config.wrong-type', what, instead: `Write it like "${field.example}".` });
  }

  #reportEmpty(path: string, schema: Schema): undefined {
    const { example, form } = fieldOf(schema);
    const what = `Nothing stands here; expected is ${formInWords(form)}.`;
    const instead = `Write it like "${example}"${isOptional(schema) ? ', or leave it out' : ''}.`;
    return this.#report(path, { code: 'config.empty-value', what, instead });
  }

  #report(path: string, flaw: Flaw): undefined {
    this.#findings.add(path, flaw);
    return undefined;
  }
}

function readForm(form: ScalarForm, scalar: SourceScalar): Reading {
  if (form.type === 'choice') return readScalar(scalar, 'text');
  return form.type === 'text' && form.isAmount ? { value: scalar.text } : readScalar(scalar, form.type);
}
