import { parseAddress } from '#engine/address.ts';
import { type Blueprint, BlueprintBuilder, type Declared } from '#engine/blueprint.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';
import { BENCH_KINDS } from './bench-kinds.ts';

interface GraphNode {
  readonly name: string;
  readonly needs: readonly string[];
}

/** Nodes of a graph, each after those it needs. */
export type Graph = readonly GraphNode[];

export function chain(length: number): Graph {
  return range(length).map((place) => ({ name: nameOf(place), needs: place === 0 ? [] : [nameOf(place - 1)] }));
}

/** One root that everything needs, one end that needs everything. */
export function fan(width: number): Graph {
  const middle = range(width).map((place) => ({ name: nameOf(place + 1), needs: [nameOf(0)] }));
  const end = { name: nameOf(width + 1), needs: middle.map(({ name }) => name) };
  return [{ name: nameOf(0), needs: [] }, ...middle, end];
}

/** Each node needs one earlier node, so branches have very different lengths. */
export function tree(size: number, random: SeededRandom): Graph {
  return range(size).map((place) => ({ name: nameOf(place), needs: place === 0 ? [] : [nameOf(random.below(place))] }));
}

/** Each node needs one to three nodes of the layer above. */
export function layers(depth: number, width: number, random: SeededRandom): Graph {
  return range(depth * width).map((place) => {
    const layer = Math.floor(place / width);
    const wanted = layer === 0 ? [] : range(1 + random.below(3)).map(() => (layer - 1) * width + random.below(width));
    return { name: nameOf(place), needs: distinctNames(wanted) };
  });
}

/** Each node needs up to three of the `reach` nodes before it: long chains with many shortcuts. */
export function braid(size: number, reach: number, random: SeededRandom): Graph {
  return range(size).map((place) => {
    const wanted = range(random.below(4)).map(() => place - 1 - random.below(reach));
    return { name: nameOf(place), needs: distinctNames(wanted.filter((before) => before >= 0)) };
  });
}

/** The kinds take turns, and each need is a reference to an output. */
export function blueprintOf(graph: Graph, size = 1): Blueprint {
  const builder = new BlueprintBuilder();
  for (const [place, { name, needs }] of graph.entries()) {
    const inputs = {
      name,
      size,
      labels: { cluster: 'bench', role: `role-${place % 7}` },
      needs: needs.map((need): ReturnType<Declared<{ id: string }>['output']> => ({
        $ref: parseAddress(need),
        output: 'id',
      })),
    };
    builder.declare(kindAt(place), name, inputs);
  }
  return builder.build();
}

export function kindAt(place: number): (typeof BENCH_KINDS)[number] {
  const kind = BENCH_KINDS[place % BENCH_KINDS.length];
  if (kind === undefined) throw new RangeError('There are no kinds.');
  return kind;
}

function nameOf(place: number): string {
  return `node.${place}`;
}

function distinctNames(places: readonly number[]): readonly string[] {
  return [...new Set(places)].map(nameOf);
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, place) => place);
}
