import { problem, type Problem } from '#engine/problem.ts';
import { askSettled, swapSettled } from './conditional-write.ts';
import { noState, refuseDeparted } from './departure.ts';
import { parseHead, type StoredHead } from './head.ts';
import type { Opening } from './journal-log.ts';
import { describeHolder, type LeaseDocument, parseLease, type StoredLease, takeoverMs } from './lease.ts';
import { STATE_FORMAT } from './format.ts';
import { Nonces } from './nonces.ts';
import { HEAD_KEY, LEASE_KEY } from './object-keys.ts';
import { patienceFromNow, type StatePorts } from './state-ports.ts';

const POLLS_PER_TTL = 10;
/** More generations than an original that is cut off will ever see. */
const PROMOTION_LEAP = 2 ** 20;

export interface AcquireOptions {
  /** Wait until the lease is free or its holder is gone. @default false */
  readonly wait?: boolean;
  /** Never make a new state. @default false */
  readonly existing?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Acquisition extends AcquireOptions {
  /** Take it from whoever holds it; a promotion also leaves room for what the original may still have written. */
  readonly force?: 'steal' | 'promotion';
}

/** The lease as this process has just taken it. */
export interface Tenure {
  readonly tag: string;
  readonly document: LeaseDocument;
  readonly nonces: Nonces;
  /** Monotonic time before the request was sent: validity counts from here. */
  readonly sentMs: number;
  readonly opening: Opening;
  /** As it was just before. */
  readonly head: StoredHead | undefined;
}

/** What a waiter has seen, and since when on its own clock. */
interface Watch {
  readonly tag: string;
  readonly sinceMs: number;
}

interface Sight {
  readonly lease: StoredLease | undefined;
  readonly head: StoredHead | undefined;
  /** When the answer was here: the holder's last request had arrived before. */
  readonly seenMs: number;
}

/** Takes the lease when it is free, when its holder is certainly dead, or after it stayed unchanged for too long. */
export async function acquireLease(ports: StatePorts, acquisition: Acquisition): Promise<Tenure> {
  const nonces = new Nonces(ports.random);
  const startedMs = ports.clock.monotonicMs();
  let watch: Watch | undefined;
  for (;;) {
    const sight = await look(ports, acquisition.signal);
    checkHead(ports, acquisition, sight);
    const { lease, seenMs } = sight;
    if (lease !== undefined && watch?.tag !== lease.tag) watch = { tag: lease.tag, sinceMs: seenMs };
    const by = await permission(ports, acquisition, sight, watch);
    const tenure = by === undefined ? undefined : await take({ ports, nonces, sight, by }, acquisition.signal);
    if (tenure !== undefined) return tenure;
    if (by !== undefined || lease === undefined) continue;
    if (acquisition.wait !== true) throw leaseHeld(ports, lease.document);
    const forMs = ports.clock.monotonicMs() - startedMs;
    ports.emit({ type: 'lease-waiting', holder: describeHolder(lease.document.holder), forMs });
    await ports.clock.sleep(pauseMs(ports, lease.document, watch), acquisition.signal);
  }
}

async function look(ports: StatePorts, signal: AbortSignal | undefined): Promise<Sight> {
  const { objects, clock, migrations } = ports;
  const patience = patienceFromNow(ports, signal);
  const [lease, head] = await Promise.all([
    askSettled(ports, () => objects.readRegister(LEASE_KEY), patience),
    askSettled(ports, () => objects.readRegister(HEAD_KEY), patience),
  ]);
  return {
    lease: lease && parseLease(lease, migrations),
    head: head && parseHead(head, migrations),
    seenMs: clock.monotonicMs(),
  };
}

/** A state that goes on elsewhere is left alone; one that is to be there already is not begun anew. */
function checkHead({ objects }: StatePorts, { existing, force }: Acquisition, { head }: Sight): void {
  if (head !== undefined && force !== 'promotion') refuseDeparted(head, objects.location);
  if (head === undefined && existing === true) throw noState(objects.location);
}

/** By what right the lease may be taken now, if by any. */
async function permission(
  { clock, liveness, policy }: StatePorts,
  { force }: Acquisition,
  { lease }: Sight,
  watch: Watch | undefined,
): Promise<Opening['by'] | undefined> {
  if (force !== undefined) return force;
  if (lease === undefined || lease.document.released) return 'acquire';
  if (await liveness.isCertainlyDead(lease.document.holder)) return 'takeover';
  const unchangedMs = watch === undefined ? 0 : clock.monotonicMs() - watch.sinceMs;
  return unchangedMs >= takeoverMs(lease.document, policy) ? 'takeover' : undefined;
}

interface Taking {
  readonly ports: StatePorts;
  readonly nonces: Nonces;
  readonly sight: Sight;
  readonly by: Opening['by'];
}

async function take({ ports, nonces, sight, by }: Taking, signal?: AbortSignal): Promise<Tenure | undefined> {
  const { clock, holder, policy } = ports;
  const { lease, head } = sight;
  const leap = by === 'promotion' ? PROMOTION_LEAP : 1;
  const document: LeaseDocument = {
    format: STATE_FORMAT,
    generation: Math.max(lease?.document.generation ?? 0, head?.document.generation ?? 0) + leap,
    holder,
    nonce: nonces.next(),
    beat: 0,
    ttlMs: policy.ttlMs,
    released: false,
    serial: lease?.document.serial ?? 0,
    sinceMs: clock.wallMs(),
  };
  const sentMs = clock.monotonicMs();
  const swap = { key: LEASE_KEY, body: JSON.stringify(document), expected: lease?.tag };
  const result = await swapSettled(ports, swap, patienceFromNow(ports, signal));
  return result.written ? { tag: result.tag, document, nonces, sentMs, opening: { by, holder }, head } : undefined;
}

function pauseMs({ clock, policy }: StatePorts, lease: LeaseDocument, watch: Watch | undefined): number {
  const elapsedMs = watch === undefined ? 0 : clock.monotonicMs() - watch.sinceMs;
  const leftMs = takeoverMs(lease, policy) - elapsedMs;
  return Math.max(1, Math.min(leftMs, lease.ttlMs / POLLS_PER_TTL));
}

function leaseHeld({ clock }: StatePorts, { holder, sinceMs }: LeaseDocument): Problem {
  const seconds = Math.max(0, Math.round((clock.wallMs() - sinceMs) / 1_000));
  return problem('state.lease-held', { detail: `${describeHolder(holder)} has held it for ${seconds} s.` });
}
