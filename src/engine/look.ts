import { CallError } from './call.ts';
import { problem } from './problem.ts';
import type { ResourceRecord } from './record.ts';
import { refusalProblem } from './refusal.ts';
import type { Observation, ResourceContext, ResourceType } from './resource.ts';
import type { EngineRuntime } from './runtime.ts';

export interface Sight {
  readonly runtime: EngineRuntime;
  readonly type: ResourceType;
  readonly context: ResourceContext;
}

/** What was seen, and when it was asked for: the answer may be as old as that. */
export type Sighting = Observation & { readonly askedAtMs: number };

/** One look at the object of a record; a reading service that stays silent makes it unreachable, never absent. */
export async function look(sight: Sight, record: ResourceRecord): Promise<Sighting> {
  const askedAtMs = sight.runtime.clock.monotonicMs();
  return { ...(await observe(sight, record)), askedAtMs };
}

async function observe({ runtime, type, context }: Sight, record: ResourceRecord): Promise<Observation> {
  const target = { inputs: record.inputs, last: record.outputs };
  let seen: Observation;
  try {
    seen = await type.observe(runtime.provider.session, context, target);
  } catch (error) {
    if (error instanceof CallError && error.outcome !== 'rejected')
      return { state: 'unreachable', reason: error.message };
    throw refusalProblem(error, record.address) ?? error;
  }
  if (seen.state !== 'present') return seen;
  const outputs = type.outputs.safeParse(seen.outputs);
  if (outputs.success) return { ...seen, outputs: outputs.data };
  const { address } = record;
  const where = outputs.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw problem('resource.outputs-invalid', {
    address,
    detail: `${type.kind} was observed as ${where}.`,
    cause: outputs.error,
  });
}

/** Reads lag behind writes, so one "not found" proves nothing: absence has to hold as long as the lag may last. */
export class AbsenceWatch {
  readonly #holdsForMs: number;
  #sinceMs: number | undefined;

  constructor(runtime: EngineRuntime, holdsForMs: number = runtime.provider.consistency.visibleWithinMs) {
    this.#holdsForMs = holdsForMs;
  }

  /** To be asked after each look that found nothing. */
  isCertain({ askedAtMs }: Sighting): boolean {
    this.#sinceMs ??= askedAtMs;
    return askedAtMs - this.#sinceMs >= this.#holdsForMs;
  }

  /** It was seen after all. */
  reset(): void {
    this.#sinceMs = undefined;
  }
}
