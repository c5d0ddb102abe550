import { inspect } from 'node:util';
import { applyPlan } from '#engine/apply.ts';
import { type Blueprint, EMPTY_BLUEPRINT } from '#engine/blueprint.ts';
import { RateBudgets } from '#engine/budget.ts';
import { explain, isPending } from '#engine/change.ts';
import type { EngineEvent } from '#engine/event.ts';
import { planChanges, type Purpose } from '#engine/plan.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import { observeAll } from '#engine/refresh.ts';
import { blueprintToRollBackTo } from '#engine/rollback.ts';
import type { EngineRuntime } from '#engine/runtime.ts';
import { openStateStore } from '../open-store.ts';
import { type Blow, SimulatedProcess } from '../process.ts';
import { SimulatedStore } from '../simulated-store.ts';
import { TOY_CONSISTENCY, toyProvider } from '../toy-provider.ts';
import { ToySession } from '../toy-session.ts';
import { ABSTRACT_TYPES } from './casting.ts';
import type { Interruption } from './interruption.ts';
import type { Mark } from './marks.ts';
import type { Scene } from './scene.ts';

export interface Errand {
  readonly purpose: Purpose;
  /** Undefined: what was last applied without failure. */
  readonly blueprint?: Blueprint;
}

export interface Outcome {
  readonly ok: boolean;
  readonly failed: readonly Problem[];
  /** What there was to do. */
  readonly pending: readonly string[];
}

/** Somebody at work with the program, from the moment it starts until it is over, one way or another. */
export class Operator {
  readonly marks: Mark[] = [];
  outcome: Outcome | undefined;
  readonly #scene: Scene;
  readonly #process: SimulatedProcess;
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #blow: Blow | undefined;

  constructor(scene: Scene, errand: Errand) {
    this.#scene = scene;
    const { world, weather, seed } = scene;
    const blows = { halfStep: () => this.#halfStep(), onBlow: () => undefined };
    const { requestAgeMaxMs } = TOY_CONSISTENCY;
    this.#process = new SimulatedProcess(scene.nextProcess(), seed, { world, faults: weather, blows, requestAgeMaxMs });
    this.#work(errand).then(
      (outcome) => this.#end(outcome),
      (error: unknown) => this.#threw(error),
    );
  }

  get isOver(): boolean {
    return this.#process.isDead;
  }

  interrupt(how: Interruption, when: 'now' | 'at the next request'): void {
    if (how === 'stop') this.#stop.abort();
    else if (how === 'abort') this.#abort.abort(new Error('the operator left'));
    else if (when === 'at the next request') this.#blow = how;
    else if (how === 'crash') this.#process.crash();
    else this.#process.freeze();
  }

  async #work({ purpose, blueprint }: Errand): Promise<Outcome> {
    const { runtime, store } = this.#equip();
    await using lease = await store.acquire({ wait: true });
    const goal = purpose === 'rollback' ? await blueprintToRollBackTo(lease) : (blueprint ?? EMPTY_BLUEPRINT);
    const observations = await observeAll(runtime, lease.snapshot, lease.lost);
    const plan = planChanges(goal, lease.snapshot, { types: ABSTRACT_TYPES, observations, purpose });
    const [stop, abort] = [this.#stop.signal, this.#abort.signal];
    const { ok, failed } = await applyPlan(plan, { runtime, journal: lease, stop, abort });
    const pending = plan.changes.filter(isPending);
    const lines = pending.map(({ action, address, because }) => `${action} ${address}: ${explain(because)}`);
    return { ok, failed, pending: lines };
  }

  #equip() {
    const { account, weather: faults, checker, beginning } = this.#scene;
    const process = this.#process;
    const { clock, random } = process;
    const { objects } = beginning;
    const watcher = {
      sent: (...[by, errand]: Parameters<typeof checker.sent>): void => {
        checker.sent(by, errand);
        const address = beginning.ledger.intents.get(errand.instanceId)?.address;
        this.marks.push({ what: 'sent', action: errand.verb, address });
      },
      arriving: checker.arriving.bind(checker),
    };
    const session = new ToySession({ process, account, faults, watcher });
    const stored = new SimulatedStore({ process, objects, faults, onWrite: (write) => checker.onWrite(write) });
    const emit = (event: EngineEvent): void => this.#hear(event);
    const store = openStateStore({ process, objects: stored, emit, isKnownDead: () => false });
    const provider = { ...toyProvider(session), types: ABSTRACT_TYPES };
    const runtime: EngineRuntime = { clock, random, provider, budgets: new RateBudgets(provider.budgets, clock), emit };
    return { runtime, store };
  }

  #hear(event: EngineEvent): void {
    this.#scene.world.tracer?.(`  ${this.#process.number}: ${inspect(event, { breakLength: Infinity, depth: 1 })}`);
    this.#scene.checker.event(this.#process, event);
    if (event.type !== 'change-started' && event.type !== 'change-finished') return;
    const { type, action, address } = event;
    this.marks.push({ what: type === 'change-started' ? 'started' : 'finished', action, address });
  }

  #halfStep(): Blow | undefined {
    const blow = this.#blow;
    this.#blow = undefined;
    return blow;
  }

  #end(outcome: Outcome): void {
    this.#scene.world.note(`process ${this.#process.number} ends: ${inspect(outcome.failed)}`);
    this.outcome = outcome;
    this.#process.isDead = true;
  }

  #threw(error: unknown): void {
    const failed = isProblem(error) ? [error] : [];
    if (failed.length === 0) this.#scene.checker.report(15, `process ${this.#process.number} threw ${inspect(error)}`);
    this.#end({ ok: false, failed, pending: [] });
  }
}
