import type { Clock } from '#std/clock.ts';
import type { WireFrame } from './frame-codec.ts';
import type { Gate, Sender } from './gate.ts';
import type { KnownMachine } from './links.ts';
import type { Mac } from './mac-address.ts';
import { Outlet, type Write } from './outlet.ts';
import type { Path } from './path.ts';

/** What is at the other end: a machine, the switch of another region, or the switch itself as a host. */
export type PortKind = 'machine' | 'trunk' | 'station';

/** The other end of a port. */
export interface PortEnd {
  readonly kind: PortKind;
  readonly write: Write;
  /** Nothing more is read from it until it may go on. */
  pause(): void;
  resume(): void;
}

/** Of one port, or of one machine whichever port it had. */
export interface Tally {
  /** From there. */
  framesReceived: number;
  bytesReceived: number;
  /** Too short to be frames. */
  malformed: number;
  /** To there. */
  framesSent: number;
  bytesSent: number;
  /** On the way there, because a rule asks for it. */
  lost: number;
  cut: number;
  /** Because there nothing was taken for too long. */
  dropped: number;
}

export function emptyTally(): Tally {
  return {
    framesReceived: 0,
    bytesReceived: 0,
    malformed: 0,
    framesSent: 0,
    bytesSent: 0,
    lost: 0,
    cut: 0,
    dropped: 0,
  };
}

export function addTally(sum: Tally, more: Tally): void {
  sum.framesReceived += more.framesReceived;
  sum.bytesReceived += more.bytesReceived;
  sum.malformed += more.malformed;
  sum.framesSent += more.framesSent;
  sum.bytesSent += more.bytesSent;
  sum.lost += more.lost;
  sum.cut += more.cut;
  sum.dropped += more.dropped;
}

interface PortOptions {
  readonly end: PortEnd;
  readonly clock: Clock;
  readonly onStuck: (isStuck: boolean) => void;
}

export class Port implements Sender {
  readonly kind: PortKind;
  readonly outlet: Outlet;
  /** To here, by the machine that they come from. */
  readonly paths = new Map<Mac, Path>();
  tally = emptyTally();
  /** Undefined until it has sent something. */
  machine: KnownMachine | undefined;
  readonly #end: PortEnd;
  readonly #gates = new Set<Gate>();

  constructor({ end, clock, onStuck }: PortOptions) {
    this.kind = end.kind;
    this.#end = end;
    this.outlet = new Outlet({ write: end.write, clock, onStuck });
  }

  get isWaiting(): boolean {
    return this.#gates.size > 0;
  }

  /** To the other end, after all that was put before; when there is much already, the sender is asked to wait. */
  put(frame: WireFrame, sender: Sender): void {
    if (!this.outlet.put(frame)) {
      this.tally.dropped += 1;
      return;
    }
    this.tally.framesSent += 1;
    this.tally.bytesSent += frame.length;
    if (this.outlet.isFull) this.outlet.gate.hold(sender);
  }

  waitAt(gate: Gate): void {
    if (this.#gates.size === 0) this.#end.pause();
    this.#gates.add(gate);
  }

  goOn(gate: Gate): void {
    if (this.#gates.delete(gate) && this.#gates.size === 0) this.#end.resume();
  }

  close(): void {
    this.outlet.close();
    for (const path of this.paths.values()) path.close();
    this.paths.clear();
  }
}
