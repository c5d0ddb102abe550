import { type ClusterUid, deriveInstanceId, isClusterUid, parseAddress } from '#engine/address.ts';
import type { EngineEvent } from '#engine/event.ts';
import type { JournalEntry } from '#engine/journal.ts';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { ProblemCode } from '#engine/problem-catalogue.ts';
import { assert } from '#std/assert.ts';
import { DEFAULT_LEASE_POLICY, type Holder } from '#state/lease.ts';
import { LEASE_KEY } from '#state/object-keys.ts';
import type { ObjectStore } from '#state/object-store.ts';
import { StateStore, type StateStoreOptions } from '#state/state-store.ts';
import { WrappingKey } from '#state/wrapping-key.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ground } from './ground.ts';

const lineage = 'testcluster';
assert(isClusterUid(lineage), 'The test cluster has a uid.');
export const TEST_LINEAGE: ClusterUid = lineage;

/** Several runs of the program on one clock, one set of objects and one key. */
export class Bench {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly events: EngineEvent[] = [];
  readonly objects: ObjectStore;
  readonly #wrappingKey: WrappingKey;
  #pids = 100;

  constructor({ seed = 1, objects = ground().newStore() }: { seed?: number; objects?: ObjectStore } = {}) {
    this.random = new SeededRandom(seed);
    this.objects = objects;
    this.clock = new VirtualClock(ground().settled);
    this.#wrappingKey = new WrappingKey({ bytes: new Uint8Array(32).fill(7), origin: 'the test', random: this.random });
  }

  /** One process: its own holder, the same everything else. */
  process(overrides: Partial<StateStoreOptions> = {}): StateStore {
    return new StateStore({
      objects: this.objects,
      clock: this.clock,
      random: this.random,
      seal: this.#wrappingKey,
      holder: this.holder(),
      liveness: { isCertainlyDead: async () => false },
      policy: DEFAULT_LEASE_POLICY,
      emit: (event) => this.events.push(event),
      ...overrides,
    });
  }

  holder(): Holder {
    this.#pids += 1;
    return { host: 'desk', pid: this.#pids, bootId: 'boot', processStart: String(this.#pids), who: 'ada' };
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.clock.run(promise);
  }

  /** The Problem that the promise rejects with. */
  async problemOf(promise: Promise<unknown>, code?: ProblemCode): Promise<Problem> {
    const outcome = await this.run(
      promise.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    if (!isProblem(outcome, code))
      throw new Error(`Expected a Problem ${code ?? ''}, got ${String(outcome)}`, { cause: outcome });
    return outcome;
  }
}

/** The intent to create resource number `n`, and its success. */
export function created(n: number, inputs: unknown = { size: n }): readonly JournalEntry[] {
  const instanceId = deriveInstanceId(TEST_LINEAGE, parseAddress(`node.worker-${n}`), n);
  const address = parseAddress(`node.worker-${n}`);
  const declared = { inputs, dependsOn: [], retain: false };
  const identity = { instanceId, address, kind: 'test.node', incarnation: n };
  return [
    { type: 'create', ...identity, ...declared, variant: '', attempt: 1 },
    { type: 'ready', instanceId, outputs: { id: `i-${n}` }, atMs: n },
  ];
}

export function removed(n: number): readonly JournalEntry[] {
  const instanceId = deriveInstanceId(TEST_LINEAGE, parseAddress(`node.worker-${n}`), n);
  return [
    { type: 'destroy', instanceId },
    { type: 'gone', instanceId, because: 'destroyed' },
  ];
}

/** Which of the resources made by `created` a state has. */
export function numbersIn(
  state: { readonly records: ReadonlyMap<unknown, { readonly incarnation: number }> } | undefined,
): readonly number[] {
  return [...(state?.records.values() ?? [])]
    .map(({ incarnation }) => incarnation)
    .toSorted((left, right) => left - right);
}

/** What stands in the register of the lease. */
export async function leaseIn(objects: ObjectStore): Promise<unknown> {
  return JSON.parse((await objects.readRegister(LEASE_KEY))?.body ?? 'null');
}
