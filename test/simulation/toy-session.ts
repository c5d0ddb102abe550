import { CallError } from '#engine/call.ts';
import type { FaultLottery } from './faults.ts';
import type { Service, SimulatedProcess } from './process.ts';
import type { CreateRequest, SeenObject, ToyAccount } from './toy-account.ts';
import type { ToyObject } from './toy-object.ts';
import type { ToyKind, ToyValues } from './toy-rules.ts';

export const CALL_TIMEOUT_MS = 5_000;

/** Who a change is for, as the sender says it: never sent to the cloud, only to the watcher. */
export interface Errand {
  readonly verb: 'create' | 'update' | 'destroy';
  readonly kind: ToyKind;
  readonly instanceId: string;
  /** The object, when it is known. */
  readonly id?: string;
}

export interface SendWatcher {
  sent(process: SimulatedProcess, errand: Errand): void;
  /** The request is at the service and about to take effect. */
  arriving(process: SimulatedProcess, errand: Errand): void;
}

export interface SessionSeed {
  readonly process: SimulatedProcess;
  readonly account: ToyAccount;
  readonly faults: FaultLottery;
  readonly watcher: SendWatcher;
}

export interface RecordChange {
  readonly errand: Errand;
  readonly apply: (account: ToyAccount) => ToyObject;
}

interface WaitingChange extends RecordChange {
  readonly resolve: (object: ToyObject) => void;
  readonly reject: (error: Error) => void;
}

type Fits = (object: ToyObject) => boolean;

const ALL_AT_ONCE = 1_000;

/** What a provider would call its client: one method per operation of the service, answers as plain data, failures as CallErrors. */
export class ToySession {
  readonly #seed: SessionSeed;
  #waitingChanges: WaitingChange[] = [];

  constructor(seed: SessionSeed) {
    this.#seed = seed;
  }

  create(request: CreateRequest, instanceId: string, signal: AbortSignal): Promise<ToyObject> {
    const errand: Errand = { verb: 'create', kind: request.kind, instanceId };
    return this.#mutate(errand, signal, (account) => account.create(request));
  }

  update(errand: Errand & { readonly id: string }, changes: ToyValues, signal: AbortSignal): Promise<ToyObject> {
    return this.#mutate(errand, signal, (account) => account.update(errand.kind, errand.id, changes));
  }

  remove(errand: Errand & { readonly id: string }, signal: AbortSignal): Promise<void> {
    return this.#mutate(errand, signal, (account) => account.remove(errand.kind, errand.id));
  }

  describe(kind: ToyKind, id: string, signal: AbortSignal): Promise<SeenObject | undefined> {
    return this.#read(`describe ${id}`, signal, (account) => account.readOne(kind, id));
  }

  /** All that fit, page after page, oldest first. */
  async search(kind: ToyKind, fits: Fits, signal: AbortSignal): Promise<readonly SeenObject[]> {
    const found: SeenObject[] = [];
    for (let after = 0; ;) {
      const page = await this.#page(kind, fits, after, signal);
      found.push(...page.items);
      if (page.next === undefined) return found;
      after = page.next;
    }
  }

  /** Undefined: the host does not answer. */
  searchInside(
    hostId: string,
    kind: ToyKind,
    fits: Fits,
    signal: AbortSignal,
  ): Promise<readonly SeenObject[] | undefined> {
    return this.#read(`look into ${hostId}`, signal, (account) =>
      account.isHostUp(hostId) ? account.read(kind, fits) : undefined,
    );
  }

  /** Changes of one moment travel in one request, as a zone's do. */
  changeRecord(change: RecordChange, signal: AbortSignal): Promise<ToyObject> {
    return new Promise((resolve, reject) => {
      this.#waitingChanges.push({ ...change, resolve, reject });
      if (this.#waitingChanges.length > 1) return;
      queueMicrotask(() => this.#sendChanges(signal));
    });
  }

  #sendChanges(signal: AbortSignal): void {
    const changes = this.#waitingChanges;
    this.#waitingChanges = [];
    const { process, faults, watcher } = this.#seed;
    for (const { errand } of changes) watcher.sent(process, errand);
    const effect = (account: ToyAccount): readonly (() => void)[] => {
      if (faults.strikes('prior-request'))
        throw new CallError({ outcome: 'throttled', message: 'An earlier change is under way.' });
      return changes.map((change) => {
        watcher.arriving(process, change.errand);
        return attempt(change, account);
      });
    };
    const exchange = { label: `change ${changes.length} records`, mutates: true, service: CLOUD, signal };
    process.exchange({ ...exchange, effect: () => this.#serve(effect) }).then(
      (answers) => answers.forEach((answer) => answer()),
      (error: unknown) =>
        changes.forEach(({ reject }) => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  }

  #page(kind: ToyKind, fits: Fits, after: number, signal: AbortSignal) {
    const { faults } = this.#seed;
    return this.#read(`list ${kind}`, signal, (account) => {
      const seen = account.read(kind, (object) => numberOf(object) > after && fits(object));
      const size = seen.length > 1 && faults.strikes('page-of-one') ? 1 : ALL_AT_ONCE;
      const items = seen.slice(0, size);
      const last = items.at(-1);
      return { items, next: last === undefined || seen.length <= size ? undefined : numberOf(last.object) };
    });
  }

  #read<T>(label: string, signal: AbortSignal, effect: (account: ToyAccount) => T): Promise<T> {
    const { process } = this.#seed;
    return process.exchange({ label, mutates: false, service: CLOUD, signal, effect: () => this.#serve(effect) });
  }

  #mutate<T>(errand: Errand, signal: AbortSignal, effect: (account: ToyAccount) => T): Promise<T> {
    const { process, watcher } = this.#seed;
    watcher.sent(process, errand);
    const label = `${errand.verb} ${errand.kind} ${errand.id ?? errand.instanceId.slice(0, 6)} by ${process.number}`;
    const served = (account: ToyAccount): T => {
      watcher.arriving(process, errand);
      return effect(account);
    };
    return process.exchange({ label, mutates: true, service: CLOUD, signal, effect: () => this.#serve(served) });
  }

  /** The moods of the service, around one effect. */
  #serve<T>(effect: (account: ToyAccount) => T): T {
    const { account, faults } = this.#seed;
    if (faults.strikes('throttle')) throw new CallError({ outcome: 'throttled', message: 'Slow down.' });
    if (faults.strikes('credentials-expired')) {
      throw new CallError({ outcome: 'rejected', reason: 'credentials', message: 'The credentials have expired.' });
    }
    if (faults.strikes('error-before-effect')) throw internalError();
    const result = effect(account);
    if (faults.strikes('error-after-effect')) throw internalError();
    return result;
  }
}

const CLOUD: Service = {
  timeoutMs: CALL_TIMEOUT_MS,
  unanswered: (why) => new CallError({ outcome: 'ambiguous', message: `No word from the cloud: ${why}.` }),
  notSent: (why) => new CallError({ outcome: 'throttled', message: `Not sent: ${why}.` }),
};

function attempt({ apply, resolve, reject }: WaitingChange, account: ToyAccount): () => void {
  try {
    const object = apply(account);
    return () => resolve(object);
  } catch (error) {
    return () => reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function internalError(): CallError {
  return new CallError({ outcome: 'ambiguous', message: 'Internal error of the service.' });
}

function numberOf({ id }: ToyObject): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}
