import { inspect } from 'node:util';
import type { SimulatedProcess } from './process.ts';
import type { AccountWatcher, ToyAccount } from './toy-account.ts';
import { phaseAt, type ToyObject } from './toy-object.ts';
import type { ToyKind } from './toy-rules.ts';
import type { Errand, SendWatcher } from './toy-session.ts';
import { Watch, type WatchSeed } from './watch.ts';

export interface CheckerSeed extends WatchSeed {
  readonly cluster: string;
  readonly account: ToyAccount;
  readonly visibleWithinMs: number;
  /** Kinds of which a second object of one instance may exist for a while. */
  readonly mayDouble: (kind: ToyKind) => boolean;
}

/** Watches every send, every effect, every durable write and every event, and judges them by the raw truth alone. */
export class Checker extends Watch implements AccountWatcher, SendWatcher {
  readonly #seed: CheckerSeed;
  #errand: Errand | undefined;

  constructor(seed: CheckerSeed) {
    super(seed);
    this.#seed = seed;
  }

  sent(process: SimulatedProcess, errand: Errand): void {
    const what = `${errand.verb} ${errand.kind} ${errand.id ?? errand.instanceId}`;
    this.checkLease(process, what);
    if (!this.#isIntended(errand)) this.report(3, `"${what}" is sent without a durable intent`);
  }

  arriving(_process: SimulatedProcess, errand: Errand): void {
    this.#errand = errand;
  }

  created(object: ToyObject): void {
    const { cluster, account, mayDouble } = this.#seed;
    const { owner, kind, id } = object;
    if (owner?.cluster !== cluster || owner.instanceId !== this.#errand?.instanceId) {
      this.report(1, `${id} was created without the mark of its instance`);
    }
    if (mayDouble(kind)) return;
    const twins = account.living().filter((other) => other.owner?.instanceId === owner?.instanceId);
    if (twins.length > 1)
      this.report(2, `instance ${owner?.instanceId} exists as ${twins.map((twin) => twin.id).join(' and ')}`);
  }

  changed(before: ToyObject, _after: ToyObject): void {
    const errand = this.#errand;
    if (errand === undefined || errand.id !== before.id) return;
    const { owner, id } = before;
    if (owner?.cluster !== this.#seed.cluster) this.report(9, `${errand.verb} hit ${id}, which is not ours`);
    else if (owner.instanceId !== errand.instanceId)
      this.report(3, `${errand.verb} meant for ${errand.instanceId} hit ${id} of ${owner.instanceId}`);
  }

  #isIntended({ verb, instanceId, id }: Errand): boolean {
    const { ledger } = this;
    const may = ledger.intents.get(instanceId)?.may;
    if (verb === 'create') return may === 'create';
    if (verb === 'update') return may === 'update' || may === 'create';
    return may === 'destroy' || (id !== undefined && ledger.strayIds.has(id));
  }

  protected override checkTruth(address: string): void {
    const { account, visibleWithinMs } = this.#seed;
    const intent = this.ledger.currentAt(address);
    const lately = [this.nowMs(), this.nowMs() - visibleWithinMs];
    const versions = [...account.data.entries.values()].flatMap((entry) => entry.versions.map(({ object }) => object));
    const own = versions.filter(({ owner }) => intent !== undefined && owner?.instanceId === intent.instanceId);
    const isTrue = own.some(
      (object) => lately.some((atMs) => phaseAt(object, atMs) === 'running') && hasValues(object, intent?.inputs),
    );
    if (!isTrue)
      this.report(
        15,
        `${address} was reported as done, the account has ${inspect(own.at(-1) ?? 'nothing', { breakLength: Infinity })}`,
      );
  }
}

/** Whether an object has the plain inputs of its intent. Lists and sealed values are not compared. */
function hasValues({ values }: ToyObject, inputs: unknown): boolean {
  if (typeof inputs !== 'object' || inputs === null) return false;
  return Object.entries(inputs).every(([key, value]) => typeof value === 'object' || values[key] === value);
}
