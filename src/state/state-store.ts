import type { ClusterUid } from '#engine/address.ts';
import type { ClusterState } from '#engine/cluster-state.ts';
import type { Declaration } from '#engine/declaration.ts';
import type { EventSink } from '#engine/event.ts';
import { isProblem } from '#engine/problem.ts';
import { readBlueprint } from './blueprint-archive.ts';
import { askSettled } from './conditional-write.ts';
import { openDataKey } from './data-key-wrap.ts';
import { refuseDeparted } from './departure.ts';
import { finishMove } from './finish-move.ts';
import { type Migrations, NO_MIGRATIONS } from './format.ts';
import type { Departure } from './head.ts';
import { readHead } from './head-keeper.ts';
import type { JournalCodec, JournalObject } from './journal-log.ts';
import { type LeaseDocument, parseLease } from './lease.ts';
import { type AcquireOptions, type Acquisition, acquireLease } from './lease-acquisition.ts';
import { loadState, readJournal } from './load.ts';
import { LEASE_KEY } from './object-keys.ts';
import { checkLineage, codecOf, openTenure } from './open-tenure.ts';
import { purgeStore, removeRemains } from './purge.ts';
import type { Seal } from './seal.ts';
import type { StateLease } from './state-lease.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';

const READS_MAX = 3;

export type StateStoreOptions = Omit<StatePorts, 'emit' | 'migrations'> & {
  readonly emit?: EventSink;
  /** How states of older formats are read. @default none is known */
  readonly migrations?: Migrations;
  /** Whose state it is; a new state becomes this cluster's. @default whose it already is, or a new uid */
  readonly lineage?: ClusterUid | undefined;
};

interface StandingOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long an unreachable store is asked. @default what the policy says */
  readonly patienceMs?: number;
}

/** What one store says of where the state is. */
export type Standing = { readonly is: 'absent' } | { readonly is: 'here' } | ({ readonly is: 'departed' } & Departure);

/** The state of one cluster, wherever it is kept. */
export class StateStore {
  readonly #ports: StatePorts;
  readonly #lineage: ClusterUid | undefined;

  constructor({ lineage, emit = () => undefined, migrations = NO_MIGRATIONS, ...ports }: StateStoreOptions) {
    this.#ports = { ...ports, emit, migrations };
    this.#lineage = lineage;
  }

  /** What the state says now; undefined: there is none. Takes no lease, so a run may be changing it. */
  async read(signal?: AbortSignal): Promise<ClusterState | undefined> {
    for (let round = 1; ; round += 1) {
      const head = await readHead(this.#ports, signal);
      if (head === undefined) return undefined;
      // On its way it is whole here still; once it has arrived it may have gone further there.
      if (head.document.departure?.arrived === true) refuseDeparted(head, this.#ports.objects.location);
      const codec = await this.#codecOf(head.document);
      try {
        const patience = patienceFromNow(this.#ports, signal);
        return (await loadState({ ports: this.#ports, codec, patience }, head.document)).state;
      } catch (error) {
        // What a reader without the lease finds missing may have been removed under its eyes.
        if (round === READS_MAX || !isProblem(error, 'state.corrupt')) throw error;
      }
    }
  }

  /** Takes the lease, shuts every older writer out and reads the state; makes a new one where there is none. */
  acquire(options: AcquireOptions = {}): Promise<StateLease> {
    return this.#take(options);
  }

  /** Takes the lease from whoever holds it. That run stops by itself before it can change anything more. */
  steal(options: Pick<AcquireOptions, 'signal'> = {}): Promise<StateLease> {
    return this.#take({ ...options, force: 'steal' });
  }

  /** Makes a copy of a state the one that counts, when its original is out of reach. */
  promote(options: Pick<AcquireOptions, 'signal'> = {}): Promise<StateLease> {
    return this.#take({ ...options, force: 'promotion' });
  }

  /** Whether the state is here, and if it has gone, where to. */
  async standing({ signal, patienceMs }: StandingOptions = {}): Promise<Standing> {
    const { policy } = this.#ports;
    const head = await readHead({ ...this.#ports, policy: { ...policy, ...(patienceMs && { patienceMs }) } }, signal);
    if (head === undefined) return { is: 'absent' };
    const { departure } = head.document;
    return departure === undefined ? { is: 'here' } : { is: 'departed', ...departure };
  }

  /** Brings a state that has departed from here to where it goes on. */
  finishMove(destination: StateStore): Promise<void> {
    return finishMove(this.#ports, destination.#ports);
  }

  /** The lease as it stands: who drives, or who was the last to. */
  async driver(signal?: AbortSignal): Promise<LeaseDocument | undefined> {
    const { objects, migrations } = this.#ports;
    const ask = () => objects.readRegister(LEASE_KEY);
    const stored = await askSettled(this.#ports, ask, patienceFromNow(this.#ports, signal));
    return stored && parseLease(stored, migrations).document;
  }

  /** Everything that the journal has kept, oldest first. */
  async history(signal?: AbortSignal): Promise<readonly JournalObject[]> {
    const head = await readHead(this.#ports, signal);
    if (head === undefined) return [];
    const patience = patienceFromNow(this.#ports, signal);
    return readJournal({ ports: this.#ports, codec: await this.#codecOf(head.document), patience });
  }

  /** Seals and opens what leaves the state for a file, such as a saved plan. */
  async seal(signal?: AbortSignal): Promise<Seal | undefined> {
    const head = await readHead(this.#ports, signal);
    return head && (await this.#codecOf(head.document)).seal;
  }

  /** Empties the store of a cluster that is deleted, after every request of earlier holders has ended. */
  async purge({ signal }: Pick<AcquireOptions, 'signal'> = {}): Promise<void> {
    const head = await readHead(this.#ports, signal);
    if (head !== undefined) {
      await using lease = await this.#take({ wait: true, signal });
      await purgeStore(this.#ports, lease, signal);
    }
    await removeRemains(this.#ports);
  }

  async readBlueprint(hash: string): Promise<readonly Declaration[] | undefined> {
    const head = await readHead(this.#ports);
    return head && (await readBlueprint(this.#ports, await this.#codecOf(head.document), hash));
  }

  async #take(acquisition: Acquisition): Promise<StateLease> {
    const tenure = await acquireLease(this.#ports, acquisition);
    return openTenure(this.#ports, tenure, this.#lineage);
  }

  async #codecOf({ lineage, dataKey }: { lineage: ClusterUid; dataKey: string }): Promise<JournalCodec> {
    checkLineage(lineage, this.#lineage);
    return codecOf(this.#ports, lineage, await openDataKey(this.#ports.seal, lineage, dataKey));
  }
}
