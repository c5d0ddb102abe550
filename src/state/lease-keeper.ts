import { isProblem, problem, type Problem } from '#engine/problem.ts';
import { assert } from '#std/assert.ts';
import { swapSettled } from './conditional-write.ts';
import type { Tenure } from './lease-acquisition.ts';
import { describeHolder, type LeaseDocument, parseLease, type StoredLease } from './lease.ts';
import { LEASE_KEY } from './object-keys.ts';
import type { StatePorts } from './state-ports.ts';

const BEATS_PER_TTL = 4;
const FORCED_BEATS_MAX = 3;

/** Keeps the lease alive, and knows at any instant for how long it certainly still is ours. */
export class LeaseKeeper {
  /** The last journal object made durable; the next heartbeat says so. */
  serial: number;
  readonly #ports: StatePorts;
  readonly #tenure: Tenure;
  readonly #lost = new AbortController();
  #loss: Problem | undefined;
  readonly #stop = new AbortController();
  #tag: string;
  #document: LeaseDocument;
  #validUntilMs: number;
  /** One write of the lease at a time. */
  #writing: Promise<void> | undefined;
  #keeping: Promise<void> | undefined;

  constructor(ports: StatePorts, tenure: Tenure) {
    this.#ports = ports;
    this.#tenure = tenure;
    this.#tag = tenure.tag;
    this.#document = tenure.document;
    this.#validUntilMs = tenure.sentMs + tenure.document.ttlMs;
    this.serial = tenure.document.serial;
  }

  get generation(): number {
    return this.#document.generation;
  }

  get validUntilMs(): number {
    return this.#validUntilMs;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  start(): void {
    this.#keeping ??= this.#keep();
  }

  async guard(callMs: number): Promise<void> {
    const { policy } = this.#ports;
    const neededMs = callMs + policy.marginMs;
    assert(neededMs < policy.ttlMs, 'A call and its margin fit into the life of the lease.');
    this.throwIfLost();
    for (let renewals = 0; this.#remainingMs() < neededMs;) {
      if (renewals === FORCED_BEATS_MAX) throw leaseExpired('Renewing it takes longer than it lasts.');
      if (await this.#renew()) renewals += 1;
    }
  }

  /** Renews the lease; whoever asks while a renewal is under way shares it. */
  beat(): Promise<void> {
    return this.#exclusively(() => this.#write({ beat: this.#document.beat + 1 }));
  }

  /** Claims a higher generation, for a head or a journal that has seen more than the lease. */
  async raise(generation: number): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    await this.#exclusively(() => this.#write({ generation }));
  }

  throwIfLost(): void {
    if (this.#loss !== undefined) throw this.#loss;
  }

  /** From now on nothing may be sent, whatever the register says. */
  lose(reason: Problem): void {
    if (this.#loss !== undefined) return;
    this.#loss = reason;
    this.#stop.abort(reason);
    this.#lost.abort(reason);
    this.#ports.emit({ type: 'lease-lost', problem: reason });
  }

  /** Stops the heartbeat and says that the holder is done. A lease that cannot be released simply runs out. */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#keeping;
    await this.#writing?.catch(() => undefined);
    if (isProblem(this.#loss, 'state.fenced')) return;
    const given = leaseExpired('It has been given back.');
    this.#loss ??= given;
    this.#lost.abort(given);
    await this.#write({ released: true }).catch(() => undefined);
  }

  async #keep(): Promise<void> {
    const { clock, policy } = this.#ports;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const slept = await clock.sleep(policy.ttlMs / BEATS_PER_TTL, signal).then(
        () => true,
        () => false,
      );
      // A beat that fails is no end: the guard keeps calls from being sent until one succeeds.
      if (slept) await this.beat().catch(() => undefined);
    }
  }

  /** One attempt; while the lease has not run out, a store out of reach is worth another. */
  async #renew(): Promise<boolean> {
    const wasValid = this.#remainingMs() > 0;
    try {
      await this.beat();
      return true;
    } catch (error) {
      if (!isProblem(error, 'state.unavailable')) throw error;
      if (wasValid) return false;
      throw leaseExpired(error.detail, error);
    }
  }

  #remainingMs(): number {
    return this.#validUntilMs - this.#ports.clock.monotonicMs();
  }

  #exclusively(write: () => Promise<void>): Promise<void> {
    this.#writing ??= write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(change: Partial<LeaseDocument>): Promise<void> {
    const { clock, policy, migrations } = this.#ports;
    if (change.released !== true) this.throwIfLost();
    const sentMs = clock.monotonicMs();
    const document = { ...this.#document, serial: this.serial, ...change, nonce: this.#tenure.nonces.next() };
    const body = JSON.stringify(document);
    const deadlineMs = sentMs + policy.callTimeoutMs;
    let expected = this.#tag;
    for (;;) {
      const swap = { key: LEASE_KEY, body, expected };
      const result = await swapSettled(this.#ports, swap, { deadlineMs: () => deadlineMs });
      if (result.written) {
        this.#tag = result.tag;
        this.#document = document;
        this.#validUntilMs = sentMs + document.ttlMs;
        return;
      }
      const found = result.found && parseLease(result.found, migrations);
      expected = this.#ownTag(found);
    }
  }

  /** A write of ours that was given up may land later; anybody else's write is the end. */
  #ownTag(found: StoredLease | undefined): string {
    if (found !== undefined && this.#tenure.nonces.owns(found.document.nonce)) return found.tag;
    const successor =
      found === undefined ? 'The lease is gone.' : `It is with ${describeHolder(found.document.holder)} now.`;
    const fenced = problem('state.fenced', { detail: successor });
    this.lose(fenced);
    throw fenced;
  }
}

export function leaseExpired(detail: string, cause?: unknown): Problem {
  return problem('state.lease-expired', { detail, cause });
}
