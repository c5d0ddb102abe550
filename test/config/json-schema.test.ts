import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allFields } from '#config/field-tree.ts';
import { clusterFileJsonSchema } from '#config/json-schema.ts';
import { WrittenFile } from '#config/written-file.ts';
import { corpus, validFiles } from './support/corpus.ts';

const schema = clusterFileJsonSchema();
const judge = z.fromJSONSchema(schema);

const TAG_FILES = /^tag-(?:invalid|reserved)\/|^valid\/4[012]-|ten-tags|list-of-tags|for-a-tag|number-trap\/13-/;

/** As much of JSON Schema as is looked into here. */
interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
}

const Node: z.ZodType<Node> = z.object({
  description: z.string().exactOptional(),
  get properties() {
    return z.record(z.string(), Node).exactOptional();
  },
  get items() {
    return Node.exactOptional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), Node]).exactOptional();
  },
  get anyOf() {
    return z.array(Node).exactOptional();
  },
});

describe('the JSON Schema', () => {
  test.each(validFiles)('accepts $name', ({ text }) => {
    expect(judge.safeParse(parse(text)).error).toBeUndefined();
  });

  test('refuses what an editor can know to be wrong', () => {
    const classes = ['unknown-key', 'misplaced-key', 'unknown-value', 'system-unsupported', 'missing-key'];
    const files = corpus.filter(({ name, text }) => {
      // A section that only one provider has is a matter of the other keys.
      return classes.includes(name.split('/')[0] ?? '') && !/ at (?:simulator|local) \(/.test(text);
    });
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter(({ text }) => judge.safeParse(parse(text)).success).map(({ name }) => name)).toEqual([]);
  });

  test('takes and refuses the tags that the file itself takes and refuses, as far as a pattern can say it', () => {
    const files = corpus.filter(({ name }) => TAG_FILES.test(name));
    expect(files.length).toBeGreaterThanOrEqual(20);
    const taken = files.filter(({ text }) => judge.safeParse(parse(text)).success).map(({ name }) => name);
    // Letters are told from other signs by Unicode alone, which not every editor knows.
    expect(taken).toEqual([
      'tag-invalid/06-combining-mark.yaml',
      'tag-invalid/07-emoji.yaml',
      'tag-reserved/05-mark-in-capitals.yaml',
      'tag-reserved/08-prototype.yaml',
      'valid/40-tags.yaml',
      'valid/41-tags-of-all-kinds.yaml',
      'valid/42-no-tags.yaml',
    ]);
  });

  test('describes every key', () => {
    const found = new Map(describedIn(Node.parse(schema)));
    const paths = [...allFields(WrittenFile)].map(({ path }) => path);
    expect(paths.filter((path) => (found.get(path) ?? '') === '')).toEqual([]);
  });

  test('names its dialect, what it describes and what has to be written', () => {
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      description: 'One cluster: its name, where it stands and what it consists of.',
      required: ['name', 'provider', 'domain'],
      additionalProperties: false,
    });
  });
});

function describedIn(node: Node, path = ''): readonly (readonly [string, string | undefined])[] {
  const properties = Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    describedIn(child, path === '' ? key : `${path}.${key}`),
  );
  const items = node.items === undefined ? [] : describedIn(node.items, `${path}[]`);
  const { additionalProperties: own } = node;
  const values = typeof own === 'object' ? describedIn(own, `${path}.*`) : [];
  const choices = (node.anyOf ?? []).flatMap((child) => describedIn(child, path)).filter(([at]) => at !== path);
  return [[path, node.description], ...properties, ...items, ...values, ...choices];
}
