import { describe, expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { explainPath } from '#config/explain.ts';
import { allFields, isEntry, type PlacedField } from '#config/field-tree.ts';
import { WrittenFile } from '#config/written-file.ts';
import { findingsIn, MINIMAL } from './support/loading.ts';

const places = [...allFields(WrittenFile)];

describe('explain', () => {
  test('says what a key is, what it may be and whether it can change', () => {
    expect(explainPath('nodes.worker.max')).toMatchInlineSnapshot(`
      "nodes.worker.max

        The most nodes that a scale request can lead to.

        type     a whole number from 1 to 1000
        default  none: it is scaled by hand only
        rule     At least count.
        change   at any time, with the next apply
        example  max: 10
      "
    `);
  });

  test('lists the keys of a section', () => {
    expect(explainPath('access')).toMatchInlineSnapshot(`
      "access

        Who can reach the machines and how.

        type     a section with keys of its own
        default  from where you are, without an SSH key
        change   depends on the key
        example  access: { from: [203.0.113.7/32] }

      Keys
        from     From where SSH and the Kubernetes API can be reached.
        from[]   One range of addresses.
        ssh-key  Your public SSH key: who has its private half can log in to the machines.
      "
    `);
  });

  test('tells that a key has to be written', () => {
    expect(explainPath('name')).toContain('default  none: it has to be written');
  });

  test('without a path lists every key of the file', () => {
    const whole = explainPath('');
    const missing = places.filter(({ path }) => !isEntry(path) && !whole.includes(`\n  ${path} `));
    expect(missing).toEqual([]);
  });

  test('finds the entry of a list by any number', () => {
    expect(explainPath('zones[1]')).toBe(explainPath('zones[]'));
    expect(explainPath('network.open[2].port')).toBe(explainPath('network.open[].port'));
  });

  test('says what is under a key of one’s own, whatever it is called', () => {
    expect(explainPath('tags')).toMatchInlineSnapshot(`
      "tags

        Tags of your own that everything of the cluster carries at the provider: for sharing costs, and for telling whose it is.

        type     a section of your own keys, each with a text, at most 8
        default  none beside the marks of the cluster
        rule     At most 8. Letters of any alphabet, digits, spaces and _ . : / = + - @ only; no key begins with aws: or bootstrap:, and none is Name.
        change   at any time, with the next apply
        example  tags: { team: web, cost-centre: "4711" }

      Keys
        *  What the tag says.
      "
    `);
    expect(explainPath('tags.team')).toMatchInlineSnapshot(`
      "tags.*

        What the tag says.

        type     text
        rule     In quotes when it is empty, or looks like a number or a boolean.
        change   at any time, with the next apply
        example  web
      "
    `);
    expect(explainPath('tags.com.example.team')).toBe(explainPath('tags.*'));
  });

  test.each([
    ['nodes.worker.machines', 'Did you mean nodes.worker.machine?'],
    ['node.workers.count', 'Did you mean nodes.worker.count?'],
    ['max', 'Did you mean nodes.worker.max or nodes.storage.max?'],
    ['something.else', 'There is no "something.else" in the cluster file.'],
  ])('of an unknown path names what was meant: %s', (path, hint) => {
    expect(() => explainPath(path)).toThrow(
      expect.toSatisfy((error: unknown) => isProblem(error, 'config.path-unknown') && error.detail.endsWith(hint)),
    );
  });
});

describe('every place in the file', () => {
  test('is described in whole sentences', () => {
    const texts = places.flatMap(({ path, field }) =>
      [field.description, field.constraint ?? ''].map((text) => ({ path, text })),
    );
    expect(texts.filter(({ text }) => text !== '' && !/^[A-Z0-9].*\.$/.test(text))).toEqual([]);
  });

  test('has a default, is required, or is an entry', () => {
    const open = places.filter(
      ({ path, field, isRequired }) => !isRequired && field.default === undefined && !isEntry(path),
    );
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  test.each(places.filter(({ path }) => !isEntry(path)))('has an example that works: $path', async (place) => {
    expect((await findingsIn(fileWith(place))).filter((words) => words.endsWith(`at ${place.path}`))).toEqual([]);
  });
});

/** A cluster file with the example in its place. */
function fileWith({ path, field }: PlacedField): string {
  const parents = path.split('.').slice(0, -1);
  const nested = [...parents.map((key) => `${key}:`), field.example].map((line, depth) => ' '.repeat(depth) + line);
  const beside = path === 'network.nat' ? [' topology: private'] : [];
  const key = path.split('.')[0] ?? '';
  const others = MINIMAL.split('\n').filter((line) => !line.startsWith(`${key}:`));
  const only = new Map([
    ['simulator', 'simulator'],
    ['local', 'local'],
  ]).get(key);
  const provider = only === undefined ? others : others.map((line) => line.replace('aws', only));
  return [...provider, ...nested, ...beside, ''].join('\n');
}
