import { asProblem, problem, type Problem } from '#engine/problem.ts';
import { nonce } from '#std/random.ts';
import { askSettled, type StorePorts, swapSettled } from './conditional-write.ts';
import {
  type Decision,
  type Demand,
  decideDemand,
  type DemandRequest,
  formatDemand,
  NO_DEMAND,
  parseDemand,
  reconcileDemand,
  record,
} from './demand.ts';
import { type Migrations, NO_MIGRATIONS } from './format.ts';
import { DEMAND_KEY } from './object-keys.ts';
import type { Stored } from './object-store.ts';

const PATIENCE_MS = 10_000;
const COLLISION_PAUSE_MAX_MS = 200;

export interface DemandRegisterOptions extends StorePorts {
  readonly migrations?: Migrations;
}

/** A change of the demand and what to tell whoever asked for it. */
type Change<Answer> = (demand: Demand) => { readonly demand: Demand; readonly answer: Answer };

interface Waiting {
  /** Computes the next demand; `settle` tells the answer of that computation once it is durable. */
  compute(demand: Demand): { readonly demand: Demand; settle(): void };
  fail(reason: Problem): void;
}

/** The demand of one cluster: any number of servers change it without the lease, by compare-and-swap alone. */
export class DemandRegister {
  readonly #ports: StorePorts;
  readonly #migrations: Migrations;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor({ migrations = NO_MIGRATIONS, ...ports }: DemandRegisterOptions) {
    this.#ports = ports;
    this.#migrations = migrations;
  }

  async read(): Promise<Demand> {
    return this.#parse(await this.#readStored(this.#deadline()));
  }

  /** Decides once per event: a relative step becomes an absolute count in the write that records the event. */
  decide(request: DemandRequest): Promise<Decision> {
    return this.#change((demand) => {
      const decided = decideDemand(demand, request, this.#ports.clock.wallMs());
      return { demand: decided.demand, answer: decided.decision };
    });
  }

  /** What is wanted of a pool whose cluster file says `fileValue`. */
  reconcileFile(pool: string, fileValue: number): Promise<number> {
    const eventId = `file.${nonce(this.#ports.random)}`;
    return this.#change((before) => {
      const demand = reconcileDemand(before, { pool, fileValue, eventId }, this.#ports.clock.wallMs());
      return { demand, answer: demand.pools[pool]?.desired ?? fileValue };
    });
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  #change<Answer>(change: Change<Answer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({
      compute(before) {
        const { demand, answer } = change(before);
        return { demand, settle: () => resolve(answer) };
      },
      fail: reject,
    });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Everything that waits goes into one write; one write at a time. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch);
      } catch (error) {
        const reason = asProblem(error);
        for (const waiting of batch) waiting.fail(reason);
      }
    }
    this.#draining = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const { clock, random } = this.#ports;
    const deadlineMs = this.#deadline();
    for (;;) {
      const stored = await this.#readStored(deadlineMs);
      const before = this.#parse(stored);
      const settlers: (() => void)[] = [];
      let demand = before;
      for (const waiting of batch) {
        const computed = waiting.compute(demand);
        ({ demand } = computed);
        settlers.push(() => computed.settle());
      }
      if (demand === before || (await this.#swap(demand, stored, deadlineMs))) {
        for (const settle of settlers) settle();
        return;
      }
      if (clock.monotonicMs() >= deadlineMs) throw crowded(this.#ports);
      await clock.sleep(random.float() * COLLISION_PAUSE_MAX_MS);
    }
  }

  async #swap(demand: Demand, stored: Stored | undefined, deadlineMs: number): Promise<boolean> {
    const body = formatDemand(demand, nonce(this.#ports.random));
    const swap = { key: DEMAND_KEY, body, expected: stored?.tag };
    const result = await swapSettled(this.#ports, swap, { deadlineMs: () => deadlineMs });
    return result.written;
  }

  #readStored(deadlineMs: number): Promise<Stored | undefined> {
    const { objects } = this.#ports;
    return askSettled(this.#ports, () => objects.readRegister(DEMAND_KEY), { deadlineMs: () => deadlineMs });
  }

  #parse(stored: Stored | undefined): Demand {
    if (stored === undefined) return NO_DEMAND;
    const demand = parseDemand(stored.body, this.#migrations);
    return (stored.damaged ?? []).reduce((known, path) => this.#noteDamage(known, path), demand);
  }

  /** Decisions already answered may have been lost with a damaged version: whoever reads the audit must see that. */
  #noteDamage(demand: Demand, path: string): Demand {
    const eventId = `damaged.${path}`;
    if (demand.decisions.some((decision) => decision.eventId === eventId)) return demand;
    const reason = `${path} is damaged: decisions after the one before may be lost`;
    const atMs = this.#ports.clock.wallMs();
    return record(demand, { eventId, policy: 'register', pool: '', before: 0, after: 0, result: 'noop', reason, atMs });
  }

  #deadline(): number {
    return this.#ports.clock.monotonicMs() + PATIENCE_MS;
  }
}

function crowded({ objects }: StorePorts): Problem {
  return problem('state.unavailable', { detail: `${objects.location}: too many others write ${DEMAND_KEY}.` });
}
