import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allFields } from '#config/field-tree.ts';
import { clusterFileJsonSchema } from '#config/json-schema.ts';
import { WrittenFile } from '#config/written-file.ts';
import { corpus, validFiles } from './support/corpus.ts';

const schema = clusterFileJsonSchema();
const judge = z.fromJSONSchema(schema);

/** As much of JSON Schema as is looked into here. */
interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
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
      return classes.includes(name.split('/')[0] ?? '') && !text.includes('at simulator (');
    });
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter(({ text }) => judge.safeParse(parse(text)).success).map(({ name }) => name)).toEqual([]);
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
  const choices = (node.anyOf ?? []).flatMap((child) => describedIn(child, path)).filter(([at]) => at !== path);
  return [[path, node.description], ...properties, ...items, ...choices];
}
