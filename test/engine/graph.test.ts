import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress, type Address } from '#engine/address.ts';
import { topologicalOrder } from '#engine/graph.ts';
import { problem } from '#engine/problem.ts';

interface Node {
  readonly address: Address;
  readonly needs: readonly Address[];
}

function graph(edges: Readonly<Record<string, readonly string[]>>): ReadonlyMap<Address, Node> {
  return new Map(
    Object.entries(edges).map(([name, needs]) => {
      const address = parseAddress(name);
      return [address, { address, needs: needs.map(parseAddress) }];
    }),
  );
}

function ordered(nodes: ReadonlyMap<Address, Node>): readonly string[] {
  return topologicalOrder(nodes, ({ needs }) => needs).map(({ address }) => address);
}

describe('the order of a graph', () => {
  test('puts dependencies before dependents', () => {
    expect(ordered(graph({ roof: ['wall'], wall: ['base'], base: [] }))).toEqual(['base', 'wall', 'roof']);
  });

  test('is the given one where nothing depends', () => {
    expect(ordered(graph({ c: [], a: [], b: [] }))).toEqual(['c', 'a', 'b']);
  });

  test('does not mind a dependency said twice', () => {
    expect(ordered(graph({ roof: ['wall', 'wall'], wall: [] }))).toEqual(['wall', 'roof']);
  });

  test('of nothing is nothing', () => {
    expect(ordered(graph({}))).toEqual([]);
  });

  test('asks each node once for its dependencies, in a chain of 10,000 given in the worst order', () => {
    const length = 10_000;
    const chain = graph(
      Object.fromEntries(
        Array.from({ length }, (_, place) => [`n${place}`, place + 1 < length ? [`n${place + 1}`] : []]),
      ),
    );
    let asked = 0;
    const order = topologicalOrder(chain, ({ needs }) => {
      asked += 1;
      return needs;
    });
    expect(asked).toBe(length);
    expect(order.map(({ address }) => address)).toEqual([...chain.keys()].toReversed());
  });

  test('holds every node once, each after all that it needs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.nat(19), { maxLength: 5 }), { maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        (needs, keys) => {
          const edges = needs.map(
            (below, place) =>
              [`n${place}`, below.filter((other) => other < place).map((other) => `n${other}`)] as const,
          );
          const shuffled = edges
            .map((edge) => [keys.next().value, edge] as const)
            .toSorted(([left], [right]) => left - right);
          const nodes = graph(Object.fromEntries(shuffled.map(([, edge]) => edge)));
          const order = ordered(nodes);
          expect(order.toSorted()).toEqual([...nodes.keys()].toSorted());
          for (const { address, needs: below } of nodes.values()) {
            for (const other of below) expect(order.indexOf(other)).toBeLessThan(order.indexOf(address));
          }
        },
      ),
    );
  });
});

describe('a graph with a circle', () => {
  test.each([
    ['of one', { a: ['a'] }, 'a → a need one another.'],
    ['of two', { a: ['b'], b: ['a'] }, 'a → b → a need one another.'],
    [
      'of three with a tail before it and one behind it',
      { tail: ['a'], free: [], a: ['free', 'b'], b: ['c'], c: ['a'], behind: ['c'] },
      'a → b → c → a need one another.',
    ],
  ])('%s is refused with the path round it', (_size, edges, detail) => {
    expect(() => ordered(graph(edges))).toThrow(problem('blueprint.cycle', { detail }));
  });
});
