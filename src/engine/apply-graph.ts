import type { Address, InstanceId } from './address.ts';
import { isUpward, type Change, type DownwardChange, type ReplaceChange, type UpwardChange } from './change.ts';
import type { ResourceRecord, Snapshot } from './record.ts';
import type { Step } from './schedule.ts';

/** One change as a step: `up` makes a declared resource, `down` ends one physical object. */
export interface ApplyStep extends Step<ApplyStep> {
  readonly change: Change;
  readonly needs: Set<ApplyStep>;
}

export interface StepRunners {
  up(change: UpwardChange): Promise<void>;
  down(change: DownwardChange | ReplaceChange): Promise<void>;
}

/**
 * Orders the changes of a plan, and only those:
 *
 * | step                      | needs                                                            |
 * |---------------------------|------------------------------------------------------------------|
 * | up                        | up of what it depends on; first the down of its old self if destroy-first |
 * | down, of a replaced one   | create-first: its own up                                         |
 * | down, destroying          | down of every object that depended on it, up of every resource that moves off it, and of its own address |
 * | down, abandoning          | down of the host it goes with; when it comes again, up of the new host |
 */
export function buildApplyGraph(
  changes: readonly Change[],
  snapshot: Snapshot,
  runners: StepRunners,
): readonly ApplyStep[] {
  const graph = new ApplyGraph(changes, snapshot, runners);
  graph.orderUps();
  graph.orderDowns();
  graph.openCircles();
  graph.moveOffFirst();
  return graph.steps;
}

class ApplyGraph {
  readonly steps: ApplyStep[] = [];
  readonly #snapshot: Snapshot;
  readonly #ups = new Map<Address, ApplyStep>();
  readonly #downs = new Map<InstanceId, ApplyStep>();
  readonly #dependents = new Map<Address, ResourceRecord[]>();

  constructor(changes: readonly Change[], snapshot: Snapshot, runners: StepRunners) {
    this.#snapshot = snapshot;
    for (const change of changes) {
      if (isUpward(change)) this.#addUp(change, runners);
      if (change.action === 'replace' || !isUpward(change)) this.#addDown(change, runners);
    }
    for (const record of snapshot.records.values()) {
      for (const dependency of record.dependsOn) {
        const known = this.#dependents.get(dependency);
        if (known === undefined) this.#dependents.set(dependency, [record]);
        else known.push(record);
      }
    }
  }

  #addUp(change: UpwardChange, runners: StepRunners): void {
    const step: ApplyStep = { change, needs: new Set(), run: () => runners.up(change) };
    this.#ups.set(change.address, step);
    this.steps.push(step);
  }

  #addDown(change: DownwardChange | ReplaceChange, runners: StepRunners): void {
    const step: ApplyStep = { change, needs: new Set(), run: () => runners.down(change) };
    this.#downs.set(change.instanceId, step);
    this.steps.push(step);
  }

  orderUps(): void {
    for (const step of this.#ups.values()) {
      const { change } = step;
      if (!isUpward(change)) continue;
      for (const dependency of change.declaration.dependsOn) need(step, this.#ups.get(dependency));
      if (change.action === 'replace' && change.order === 'destroy-first')
        need(step, this.#downs.get(change.instanceId));
    }
  }

  orderDowns(): void {
    for (const [instanceId, step] of this.#downs) {
      const { change } = step;
      if (change.action === 'replace' && change.order === 'create-first') need(step, this.#ups.get(change.address));
      const record = this.#snapshot.records.get(instanceId);
      if (record === undefined) continue;
      if (destroys(change)) {
        for (const dependent of this.#dependentsOf(record)) {
          const down = this.#downs.get(dependent.instanceId);
          if (down !== undefined && destroys(down.change)) need(step, down);
        }
      } else if (change.action === 'replace') {
        // Only when the new host stands is what the old one held given up.
        const { within } = change.declaration;
        if (within !== undefined && within === record.within) need(step, this.#ups.get(within));
      } else if (change.action === 'abandon' && record.within !== undefined) {
        for (const host of this.#snapshot.instancesAt(record.within)) {
          if (host.incarnation < record.incarnation) need(step, this.#downs.get(host.instanceId));
        }
      }
    }
  }

  /**
   * Records name what they depend on by address. Where objects of two blueprints meet, those names can
   * form a circle that the objects do not: it is opened where the older one would need the younger.
   */
  openCircles(): void {
    const stuck = stuckSteps(this.steps);
    for (const [instanceId, step] of this.#downs) {
      const record = this.#snapshot.records.get(instanceId);
      if (record === undefined || !stuck.has(step) || !destroys(step.change)) continue;
      for (const dependent of this.#dependentsOf(record)) {
        const down = this.#downs.get(dependent.instanceId);
        if (down !== undefined && dependent.incarnation < record.incarnation) step.needs.delete(down);
      }
    }
  }

  /**
   * What stays but leaves a destroyed object behind is moved off it first, unless it can only move
   * after that object is gone: a destroy-first replacement further up stands in the way.
   */
  moveOffFirst(): void {
    const { early, late } = this.#aroundDestroyFirst();
    for (const [instanceId, step] of this.#downs) {
      const record = this.#snapshot.records.get(instanceId);
      if (record === undefined || !destroys(step.change)) continue;
      for (const { address } of [record, ...this.#dependentsOf(record)]) {
        const up = this.#ups.get(address);
        if (up !== undefined && !(early.has(step) && late.has(up))) need(step, up);
      }
    }
  }

  /** `early`: what a destroy-first replacement waits for. `late`: what waits for one. */
  #aroundDestroyFirst(): { readonly early: ReadonlySet<ApplyStep>; readonly late: ReadonlySet<ApplyStep> } {
    const firsts = [...this.#downs.values()].filter(
      ({ change }) => change.action === 'replace' && change.order === 'destroy-first',
    );
    const early = new Set(firsts);
    for (const step of early) for (const before of step.needs) early.add(before);
    const late = new Set<ApplyStep>(firsts);
    // Ups stand in the order of the blueprint, dependencies first: one pass reaches all that wait.
    for (const up of this.#ups.values()) if (!up.needs.isDisjointFrom(late)) late.add(up);
    return { early, late };
  }

  #dependentsOf({ address, instanceId }: ResourceRecord): readonly ResourceRecord[] {
    return (this.#dependents.get(address) ?? []).filter((record) => record.instanceId !== instanceId);
  }
}

/** The steps of a circle, and all that wait for one. */
function stuckSteps(steps: readonly ApplyStep[]): ReadonlySet<ApplyStep> {
  const dependents = new Map<ApplyStep, ApplyStep[]>(steps.map((step) => [step, []]));
  for (const step of steps) for (const before of step.needs) dependents.get(before)?.push(step);
  const waitingFor = new Map(steps.map((step) => [step, step.needs.size]));
  const able = steps.filter(({ needs }) => needs.size === 0);
  for (const step of able) {
    for (const dependent of dependents.get(step) ?? []) {
      const left = (waitingFor.get(dependent) ?? 0) - 1;
      waitingFor.set(dependent, left);
      if (left === 0) able.push(dependent);
    }
  }
  return new Set(steps).difference(new Set(able));
}

function destroys(change: Change): boolean {
  return change.action === 'destroy' || (change.action === 'replace' && change.old === 'destroy');
}

function need(step: ApplyStep, before: ApplyStep | undefined): void {
  if (before !== undefined && before !== step) step.needs.add(before);
}
