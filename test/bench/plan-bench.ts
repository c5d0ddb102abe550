import { makeBlueprint, type Blueprint } from '#engine/blueprint.ts';
import { deriveInstanceId, parseClusterUid } from '#engine/address.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { planChanges } from '#engine/plan.ts';
import type { Snapshot } from '#engine/record.ts';
import { resolveRefs } from '#engine/ref.ts';
import { BENCH_TYPES } from './bench-provider.ts';
import { type Figure, median } from './figure.ts';
import { blueprintOf, chain } from './random-graph.ts';

const NODES = 10_000;
const GOAL_MS = 200;
const ROUNDS = 5;
const CLUSTER = parseClusterUid('benchbench');

/** Planning a chain whose every node is declared before the one it needs. */
export function planFigures(): readonly Figure[] {
  const declared = [...blueprintOf(chain(NODES)).declarations.values()].toReversed();
  const empty = new ClusterState(CLUSTER);
  const ordering = repeat(() => makeBlueprint(declared));
  const blueprint = makeBlueprint(declared);
  const planning = repeat(() => planChanges(blueprint, empty, { types: BENCH_TYPES }));
  const built = recorded(blueprint);
  const unchanged = repeat(() => planChanges(blueprint, built, { types: BENCH_TYPES }));
  const grown = blueprintOf(chain(NODES), 2);
  const updates = repeat(() => planChanges(grown, built, { types: BENCH_TYPES }));
  const goal = { unit: 'ms', goal: GOAL_MS } as const;
  const title = `plan of a ${NODES}-node chain, worst order`;
  return [
    { name: `${title}: ordering, hash and changes`, value: ordering.medianMs + planning.medianMs, ...goal },
    { name: '  ordering and hash alone', value: ordering.medianMs, unit: 'ms', note: first(ordering) },
    { name: '  changes alone', value: planning.medianMs, unit: 'ms', note: first(planning) },
    { name: '  changes when all are there and unchanged', value: unchanged.medianMs, ...goal, note: first(unchanged) },
    { name: '  changes when all are there and updated', value: updates.medianMs, ...goal, note: first(updates) },
  ];
}

interface Timing {
  readonly firstMs: number;
  readonly medianMs: number;
}

function repeat(task: () => unknown): Timing {
  const timesMs = Array.from({ length: ROUNDS }, () => {
    const startMs = performance.now();
    task();
    return performance.now() - startMs;
  });
  return { firstMs: timesMs[0] ?? 0, medianMs: median(timesMs) };
}

function first({ firstMs }: Timing): string {
  return `first run, cold: ${firstMs.toFixed(1)} ms`;
}

/** The state after the blueprint was applied. */
function recorded(blueprint: Blueprint): Snapshot {
  const state = new ClusterState(CLUSTER);
  for (const [place, declaration] of [...blueprint.declarations.values()].entries()) {
    const { address, kind, dependsOn, retain } = declaration;
    const incarnation = place + 1;
    const instanceId = deriveInstanceId(CLUSTER, address, incarnation);
    const inputs = resolveRefs(declaration.inputs, ({ $ref }) => `id-${$ref}`);
    const identity = { instanceId, address, kind, incarnation };
    state.fold({ type: 'create', ...identity, inputs, dependsOn, retain, variant: '', attempt: 1 });
    state.fold({ type: 'ready', instanceId, outputs: { id: `id-${address}`, size: 1 }, atMs: 0 });
  }
  return state;
}
