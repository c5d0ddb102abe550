import { mapLimit } from '#std/map-limit.ts';
import type { InstanceId } from './address.ts';
import { resourceContext } from './calls.ts';
import { AbsenceWatch, look } from './look.ts';
import { problem } from './problem.ts';
import type { ResourceRecord, Snapshot } from './record.ts';
import type { Observation } from './resource.ts';
import type { EngineRuntime } from './runtime.ts';

/** What was seen of each object that the state believes to exist. */
export type Observations = ReadonlyMap<InstanceId, Observation>;

/** Looks under way at once: a provider can batch them, and no list of listeners grows with the cluster. */
const LOOKS_AT_ONCE = 1024;

/** Looks at every recorded object. Absence is only reported once it is certain. */
export async function observeAll(
  runtime: EngineRuntime,
  snapshot: Pick<Snapshot, 'cluster' | 'records'>,
  signal: AbortSignal,
): Promise<Observations> {
  const settled = [...snapshot.records.values()].filter(({ status }) => status === 'ready' || status === 'updating');
  const seen = await mapLimit(settled, LOOKS_AT_ONCE, (record) => observeOne(runtime, snapshot, record, signal));
  return new Map(settled.map(({ instanceId }, index) => [instanceId, seen[index] ?? { state: 'absent' }]));
}

async function observeOne(
  runtime: EngineRuntime,
  snapshot: Pick<Snapshot, 'cluster'>,
  record: ResourceRecord,
  signal: AbortSignal,
): Promise<Observation> {
  const { address, kind, instanceId } = record;
  const type = runtime.provider.types.get(kind);
  if (type === undefined)
    throw problem('blueprint.kind-unknown', { address, detail: `Nothing here knows the kind ${kind}.` });
  const context = resourceContext({ runtime, cluster: snapshot.cluster, address, instanceId, signal });
  const watch = new AbsenceWatch(runtime);
  for (;;) {
    const seen = await look({ runtime, type, context }, record);
    if (seen.state !== 'absent' || watch.isCertain(seen)) return seen;
    await runtime.clock.sleep(runtime.provider.consistency.pollMs, signal);
  }
}
