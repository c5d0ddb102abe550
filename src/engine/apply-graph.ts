import type { Address, InstanceId } from './address.ts';
import { isUpward, type Change, type DownwardChange, type ReplaceChange, type UpwardChange } from './change.ts';
import type { ResourceRecord, Snapshot } from './record.ts';
import { type ApplyStep, need } from './apply-step.ts';
import { takeTurns, waitsFor } from './turns.ts';

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
 * | down, destroying, begun   | nothing; of what takes turns up of every resource that moves off it and down of every one that depended on it, unless that waits for its end |
 * | down, abandoning          | down of the host it goes with; when it comes again, up of the new host |
 * | any, of a replacement in turn | up of the others of its turn that come before, and of all that lives in them |
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
  graph.takeTurns();
  graph.keepDoomed();
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
      if (!destroys(change)) this.#orderAbandoned(step, record);
      else if (!isBegun(record)) this.#orderDestroyed(step, record);
    }
  }

  #orderDestroyed(step: ApplyStep, record: ResourceRecord): void {
    for (const dependent of this.#dependentsOf(record)) {
      const down = this.#downs.get(dependent.instanceId);
      if (down !== undefined && destroys(down.change)) need(step, down);
    }
  }

  #orderAbandoned(step: ApplyStep, { within, incarnation }: ResourceRecord): void {
    const { change } = step;
    if (within === undefined) return;
    if (change.action === 'replace' && change.declaration.within === within) {
      // Only when the new host stands is what the old one held given up.
      need(step, this.#ups.get(within));
    } else if (change.action === 'abandon') {
      for (const host of this.#snapshot.instancesAt(within)) {
        if (host.incarnation < incarnation) need(step, this.#downs.get(host.instanceId));
      }
    }
  }

  /**
   * Records name what they depend on by address. Where objects of two blueprints meet, those names can
   * form a circle that the objects do not: it is opened where the older one would need the younger.
   */
  openCircles(): void {
    const circling = circlingSteps(this.steps);
    if (circling.size === 0) return;
    for (const [instanceId, step] of this.#downs) {
      const record = this.#snapshot.records.get(instanceId);
      if (record === undefined || !circling.has(step) || !destroys(step.change)) continue;
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
      if (record === undefined || isBegun(record) || !destroys(step.change)) continue;
      for (const { address } of [record, ...this.#dependentsOf(record)]) {
        const up = this.#ups.get(address);
        if (up !== undefined && !(early.has(step) && late.has(up))) need(step, up);
      }
    }
  }

  /**
   * What takes turns is still needed, although its end was decided when what lives in it was abandoned: until others do its
   * part, and until what depends on it has ended.
   */
  keepDoomed(): void {
    for (const [instanceId, step] of this.#downs) {
      const record = this.#snapshot.records.get(instanceId);
      if (record === undefined || !isBegun(record) || !destroys(step.change)) continue;
      if (!this.#takesTurns(record.address)) continue;
      const moves = [...this.#ups.values()].filter((up) => isOf(up.change, record.address));
      const ends = this.#dependentsOf(record).flatMap((one) => this.#downs.get(one.instanceId) ?? []);
      for (const before of [...moves, ...ends.filter(({ change }) => destroys(change))])
        if (!waitsFor(before, step)) need(step, before);
    }
  }

  /** With others: one alone has nobody who could do without it. */
  #takesTurns(address: Address): boolean {
    const turnAt = (step: ApplyStep | undefined): string | undefined =>
      step !== undefined && isUpward(step.change) ? step.change.declaration.turn : undefined;
    const turn = turnAt(this.#ups.get(address));
    return turn !== undefined && [...this.#ups.values()].filter((step) => turnAt(step) === turn).length > 1;
  }

  takeTurns(): void {
    const endsOf = ({ instanceId }: ReplaceChange): readonly ApplyStep[] => {
      const record = this.#snapshot.records.get(instanceId);
      const ending = record === undefined ? [] : [record, ...this.#dependentsOf(record)];
      return ending.flatMap((one) => this.#downs.get(one.instanceId) ?? []);
    };
    const ups = [...this.#ups.values()];
    takeTurns(ups, endsOf, {
      missingOf: (member) => this.#partsOf(member).filter((one) => !this.#isStanding(one)).length,
      hasStood: (member) => this.#partsOf(member).every(({ address }) => this.#wasMade(address)),
    });
  }

  /** The member, what lives in it, and what that needs of all that depends on the member. */
  #partsOf({ change }: ApplyStep): readonly UpwardChange[] {
    const { address } = change;
    const own = [...this.#ups.values()].map((up) => up.change).filter(isUpward);
    const inner = own.filter(({ declaration }) => declaration.within === address);
    const needed = new Set(inner.flatMap(({ declaration }) => declaration.dependsOn));
    return own.filter((one) => isOf(one, address) && (inner.includes(one) || needed.has(one.address)));
  }

  /** It was made to its end, works as far as anybody has seen, and nobody has begun to end it. */
  #isStanding({ address, because }: Change): boolean {
    return because.reason !== 'broken' && this.#wasMade(address);
  }

  #wasMade(address: Address): boolean {
    const status = this.#snapshot.current(address)?.status;
    return status === 'ready' || status === 'updating';
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

/** The steps that stand in a circle, or between two. */
function circlingSteps(steps: readonly ApplyStep[]): ReadonlySet<ApplyStep> {
  const stuck = neverReached(new Map(steps.map((step) => [step, step.needs])));
  const waiting = new Map([...stuck].map((step) => [step, new Set<ApplyStep>()]));
  for (const step of stuck) for (const before of step.needs) waiting.get(before)?.add(step);
  return neverReached(waiting);
}

/** What is left when whatever waits for nothing is taken away, again and again. */
function neverReached(needs: ReadonlyMap<ApplyStep, ReadonlySet<ApplyStep>>): ReadonlySet<ApplyStep> {
  const dependents = new Map<ApplyStep, ApplyStep[]>([...needs.keys()].map((step) => [step, []]));
  for (const [step, befores] of needs) for (const before of befores) dependents.get(before)?.push(step);
  const waitingFor = new Map([...needs].map(([step, befores]) => [step, befores.size]));
  const able = [...needs.keys()].filter((step) => waitingFor.get(step) === 0);
  for (const step of able) {
    for (const dependent of dependents.get(step) ?? []) {
      const left = (waitingFor.get(dependent) ?? 0) - 1;
      waitingFor.set(dependent, left);
      if (left === 0) able.push(dependent);
    }
  }
  return new Set(needs.keys()).difference(new Set(able));
}

/** What is at the address, and what is to depend on it. */
function isOf(change: Change, address: Address): boolean {
  return isUpward(change) && (change.address === address || change.declaration.dependsOn.includes(address));
}

/** What depended on it is gone, or was given up: who depends on the address now is on another object. */
function isBegun({ status }: ResourceRecord): boolean {
  return status === 'destroying';
}

function destroys(change: Change): boolean {
  return change.action === 'destroy' || (change.action === 'replace' && change.old === 'destroy');
}
