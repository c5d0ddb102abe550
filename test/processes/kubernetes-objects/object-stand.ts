import { parseClusterUid } from '#engine/address.ts';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, BlueprintBuilder } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { explain, isPending } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { EngineEvent } from '#engine/event.ts';
import { planChanges, type Plan } from '#engine/plan.ts';
import type { Problem } from '#engine/problem.ts';
import { observeAll } from '#engine/refresh.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import type { ResourceType } from '#engine/resource.ts';
import type { KubernetesApi } from '#kubernetes/api.ts';
import { kubeBreak } from '#kubernetes/break.ts';
import { kubeNode } from '#kubernetes/node.ts';
import { kubeObject } from '#kubernetes/object.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemRandom } from '#std/system-random.ts';
import { journalOf } from '../../engine/support/journal-of.ts';

const TYPES = new Map([kubeObject, kubeNode, kubeBreak].map((type): [string, ResourceType] => [type.kind, type]));
const FOREVER = new AbortController().signal;

/** The engine as it is, on one API and with a state of its own. */
export class ObjectStand {
  readonly events: EngineEvent[] = [];
  api: KubernetesApi;
  readonly #state: ClusterState;
  readonly #conditionMs: number;

  constructor(api: KubernetesApi, { uid = 'clusterclustercluster', conditionMs = 60_000 } = {}) {
    this.api = api;
    this.#state = new ClusterState(parseClusterUid(uid));
    this.#conditionMs = conditionMs;
  }

  async pending(declare: (builder: BlueprintBuilder) => void): Promise<readonly string[]> {
    const { changes } = await this.#plan(blueprintOf(declare));
    return changes.filter(isPending).map(({ action, address, because }) => `${action} ${address}: ${explain(because)}`);
  }

  async apply(declare: (builder: BlueprintBuilder) => void): Promise<readonly Problem[]> {
    const plan = await this.#plan(blueprintOf(declare));
    return (await applyPlan(plan, { runtime: this.#runtime(), journal: journalOf(this.#state) })).failed;
  }

  /** What was waited for, each thing once. */
  get waits(): readonly string[] {
    return [...new Set(this.events.flatMap((event) => (event.type === 'waiting' ? [event.waitingFor] : [])))];
  }

  async #plan(blueprint: Blueprint): Promise<Plan> {
    const observations = await observeAll(this.#runtime(), this.#state, FOREVER);
    return planChanges(blueprint, this.#state, { types: TYPES, observations });
  }

  #runtime(): EngineRuntime {
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const provider = {
      session: { kubernetes: async () => this.api },
      types: TYPES,
      consistency: { visibleWithinMs: 0, requestAgeMaxMs: 0, pollMs: 200 },
      deadlines: { callMs: 20_000, conditionMs: this.#conditionMs },
      budgets: {},
    };
    const emit = (event: EngineEvent): unknown => this.events.push(event);
    return { clock, random, provider, budgets: new RateBudgets({}, clock), emit };
  }
}

function blueprintOf(declare: (builder: BlueprintBuilder) => void): Blueprint {
  const builder = new BlueprintBuilder();
  declare(builder);
  return builder.build();
}
