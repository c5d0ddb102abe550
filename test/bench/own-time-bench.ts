import { EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import { MemoryStore } from '#state/memory-store.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SeededRandom } from '../simulation/seeded-random.ts';
import { type OperationTimes, runOperation } from './bench-operation.ts';
import { benchProvider } from './bench-provider.ts';
import { type Figure, median } from './figure.ts';
import { MeasuredStore } from './measured-store.ts';
import { blueprintOf, layers } from './random-graph.ts';

const SMALL = { depth: 10, width: 100, goalS: 1, rounds: 5 };
const LARGE = { depth: 20, width: 1_100, goalS: 30, rounds: 1 };

/** What the engine and the state cost by themselves: a cloud and a store that answer at once. */
export async function ownTimeFigures(): Promise<readonly Figure[]> {
  return [...(await figuresOf(SMALL)), ...(await figuresOf(LARGE))];
}

async function figuresOf({ depth, width, goalS, rounds }: typeof SMALL): Promise<readonly Figure[]> {
  const size = depth * width;
  const laps: Lap[] = [];
  for (let round = 0; round < rounds; round += 1) laps.push(await lap(depth, width, round));
  const typical = (pick: (lap: Lap) => number) => median(laps.map(pick));
  const cold = `first run, cold: ${(totalMs(laps[0]?.create) / 1000).toFixed(3)} s`;
  const perThousand = typical(({ writes }) => writes) / (size / 1_000);
  const goal = { unit: 's', goal: goalS } as const;
  return [
    {
      name: `own time, create ${size} resources`,
      value: typical(({ create }) => totalMs(create)) / 1000,
      ...goal,
      note: cold,
    },
    { name: '  an empty plan after it', value: typical(({ again }) => totalMs(again)) / 1000, ...goal },
    { name: '  update of every resource', value: typical(({ update }) => totalMs(update)) / 1000, ...goal },
    { name: '  deletion', value: typical(({ remove }) => totalMs(remove)) / 1000, ...goal },
    {
      name: '  store writes per 1000 resources created',
      value: perThousand,
      unit: 'writes',
      note: 'store without latency',
    },
  ];
}

interface Lap {
  readonly create: OperationTimes;
  readonly again: OperationTimes;
  readonly update: OperationTimes;
  readonly remove: OperationTimes;
  readonly writes: number;
}

async function lap(depth: number, width: number, seed: number): Promise<Lap> {
  const random = new SeededRandom(seed);
  const objects = new MeasuredStore(new MemoryStore());
  const ports = { objects, clock: new SystemClock(), random };
  const provider = benchProvider({ latency: async () => undefined });
  const graph = layers(depth, width, random);
  const [blueprint, larger] = [blueprintOf(graph), blueprintOf(graph, 2)];
  const create = await runOperation({ ports, provider, blueprint });
  const { writes } = objects;
  const again = await runOperation({ ports, provider, blueprint });
  const update = await runOperation({ ports, provider, blueprint: larger });
  const remove = await runOperation({ ports, provider, blueprint: EMPTY_BLUEPRINT, purpose: 'delete' });
  return { create, again, update, remove, writes };
}

function totalMs(times: OperationTimes | undefined): number {
  if (times === undefined) return 0;
  const { acquireMs, observeMs, planMs, applyMs, releaseMs } = times;
  return acquireMs + observeMs + planMs + applyMs + releaseMs;
}
