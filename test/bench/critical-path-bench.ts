import type { Budget } from '#engine/budget.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { mixSeeds, type SeededRandom } from '../simulation/seeded-random.ts';
import { World } from '../simulation/world.ts';
import { runOperation } from './bench-operation.ts';
import { BENCH_KINDS } from './bench-kinds.ts';
import { benchProvider } from './bench-provider.ts';
import { criticalPathMs, type TimedResource } from './critical-path.ts';
import type { Figure } from './figure.ts';
import { MeasuredStore } from './measured-store.ts';
import { blueprintOf, braid, chain, fan, type Graph, kindAt, layers, tree } from './random-graph.ts';
import { virtualClock } from './virtual-clock.ts';

const GOAL = 1.05;
/** Under tight budgets nobody reaches the bound: it leaves out what is called before the first token and after the last. */
const LIMIT_WITH_BUDGETS = 1.1;
const SEEDS = 5;
const CREATE_MS = [300, 3_000] as const;
const READ_MS = [300, 1_000] as const;
const STORE_MS = [20, 40] as const;
const LIMITS = { eventsMax: 50_000_000, untilMs: 1e9 };

interface Shape {
  readonly name: string;
  readonly graph: (random: SeededRandom) => Graph;
  readonly budgets?: Readonly<Record<string, Budget>>;
  /** Only a few calls deep: what a run costs once, at its beginning and end, weighs more than the goal allows. */
  readonly isShallow?: boolean;
}

const SHAPES: readonly Shape[] = [
  { name: 'chain of 60', graph: () => chain(60) },
  { name: 'tree of 400', graph: (random) => tree(400, random) },
  { name: '12 layers of 40', graph: (random) => layers(12, 40, random) },
  { name: 'braid of 500', graph: (random) => braid(500, 12, random) },
  { name: 'wide braid of 2000', graph: (random) => braid(2_000, 150, random) },
  {
    name: 'braid of 500, budgets half as long as its chain',
    graph: (random) => braid(500, 12, random),
    budgets: budgetsOfAll({ write: { capacity: 10, refillPerSecond: 2 }, read: { capacity: 20, refillPerSecond: 5 } }),
  },
  {
    name: '8 layers of 300, one budget tight',
    graph: (random) => layers(8, 300, random),
    budgets: { 'bench.token.write': { capacity: 20, refillPerSecond: 3 } },
  },
  {
    name: 'tree of 2000, every budget tight',
    graph: (random) => tree(2_000, random),
    budgets: budgetsOfAll({ write: { capacity: 10, refillPerSecond: 3 }, read: { capacity: 50, refillPerSecond: 10 } }),
  },
  { name: 'fan of 300', graph: () => fan(300), isShallow: true },
  {
    name: 'fan of 1000, every budget tight',
    graph: () => fan(1_000),
    budgets: budgetsOfAll({ write: { capacity: 10, refillPerSecond: 5 }, read: { capacity: 50, refillPerSecond: 20 } }),
    isShallow: true,
  },
];

function budgetsOfAll({
  write,
  read,
}: {
  readonly write: Budget;
  readonly read: Budget;
}): Readonly<Record<string, Budget>> {
  const both = BENCH_KINDS.flatMap(({ kind }) => [[`${kind}.write`, write] as const, [`${kind}.read`, read] as const]);
  return Object.fromEntries(both);
}

/** How far a create is from the fastest that anybody could do, in virtual time. */
export async function criticalPathFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [place, shape] of SHAPES.entries()) {
    const runs: Run[] = [];
    for (let seed = 0; seed < SEEDS; seed += 1) runs.push(await measure(shape, mixSeeds(place, seed)));
    figures.push(figureOf(shape, runs));
  }
  return figures;
}

interface Run {
  readonly applyMs: number;
  readonly criticalMs: number;
  readonly resources: number;
  readonly writes: number;
}

function figureOf({ name, budgets, isShallow = false }: Shape, runs: readonly Run[]): Figure {
  const ratios = runs.map(({ applyMs, criticalMs }) => applyMs / criticalMs);
  const worst = runs[ratios.indexOf(Math.max(...ratios))];
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const writes = runs.reduce((sum, run) => sum + run.writes / run.resources, 0) / runs.length;
  const goal = isShallow ? undefined : GOAL;
  const took = `${seconds(worst?.applyMs)} over ${seconds(worst?.criticalMs)}`;
  const note = `mean ${mean.toFixed(3)}, worst of ${runs.length} seeds ${took}, ${Math.round(writes * 1000)} writes per 1000`;
  return {
    name: `create ÷ critical path, ${name}`,
    value: Math.max(...ratios),
    unit: '×',
    goal,
    limit: budgets && LIMIT_WITH_BUDGETS,
    note,
  };
}

async function measure({ graph: makeGraph, budgets = {} }: Shape, seed: number): Promise<Run> {
  const world = new World({ seed, startMs: 0 });
  const clock = virtualClock(world);
  const graph = makeGraph(world.random);
  const timed = timedResources(graph, world.random);
  const calls = new Map(timed.map((resource) => [resource.name, resource.calls]));
  const provider = benchProvider({
    budgets,
    latency: (verb, address) => {
      const [create, read] = calls.get(address ?? '') ?? [];
      return clock.sleep((verb === 'create' ? create : read)?.latencyMs ?? READ_MS[0]);
    },
  });
  const objects = new MeasuredStore(new MemoryStore(), () => clock.sleep(world.random.between(...STORE_MS)));
  const ports = { objects, clock, random: world.random };
  const { applyMs } = await world.finish(runOperation({ ports, provider, blueprint: blueprintOf(graph) }), LIMITS);
  return { applyMs, criticalMs: criticalPathMs(timed, budgets), resources: graph.length, writes: objects.writes };
}

/** Each resource costs one create call and one look that proves it. */
function timedResources(graph: Graph, random: SeededRandom): readonly TimedResource[] {
  return graph.map(({ name, needs }, place) => {
    const { kind } = kindAt(place);
    const create = { budget: `${kind}.write`, latencyMs: random.between(...CREATE_MS) };
    const read = { budget: `${kind}.read`, latencyMs: random.between(...READ_MS) };
    return { name, needs, calls: [create, read] };
  });
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
