import type { Consistency, Provider } from '#engine/runtime.ts';
import type { ResourceType } from '#engine/resource.ts';
import { toyGroup, toyLink, toyNetwork, toyRecord, toySecretNote, toyServer, toyTenant } from './toy-kinds.ts';
import { CALL_TIMEOUT_MS, type ToySession } from './toy-session.ts';

export const TOY_CONSISTENCY: Consistency = { visibleWithinMs: 8_000, requestAgeMaxMs: 15_000, pollMs: 1_000 };

const TYPES: readonly ResourceType[] = [toyNetwork, toyGroup, toyServer, toyLink, toyRecord, toySecretNote, toyTenant];

const TYPES_BY_KIND: ReadonlyMap<string, ResourceType> = new Map(TYPES.map((type) => [type.kind, type]));

/** The toy cloud as the engine sees it, through the session of one process. */
export function toyProvider(session: ToySession): Provider {
  return {
    session,
    types: TYPES_BY_KIND,
    consistency: TOY_CONSISTENCY,
    deadlines: { callMs: CALL_TIMEOUT_MS, conditionMs: 180_000 },
    budgets: {
      'toy.records': { capacity: 3, refillPerSecond: 5 },
      'toy.server': { capacity: 10, refillPerSecond: 10 },
    },
  };
}
