import { FrameDecoder, type WireFrame } from '#providers/local/switch/frame-codec.ts';
import type { Port } from '#providers/local/switch/port.ts';
import type { Segment } from '#providers/local/switch/segment.ts';
import type { KnownMachine } from '#providers/local/switch/links.ts';
import { macText } from '#providers/local/switch/mac-address.ts';
import { macOf, readTestFrame, type TestFrame, writeTestFrame } from './test-frame.ts';

interface Batch {
  readonly frames: readonly WireFrame[];
  readonly taken: () => void;
}

/** A machine on a segment, without a socket between them: it takes frames when it is told to, or at once. */
export class TestMachine {
  readonly index: number;
  readonly port: Port;
  readonly received: TestFrame[] = [];
  /** It takes nothing by itself. */
  isSlow = false;
  isPaused = false;
  pauses = 0;
  readonly #segment: Segment;
  readonly #decoder = new FrameDecoder();
  #pending: Batch[] = [];
  #outgoing = Buffer.alloc(0);
  #sequence = 0;

  constructor(segment: Segment, index: number) {
    this.#segment = segment;
    this.index = index;
    this.port = segment.attach({
      kind: 'machine',
      write: (frames, taken) => {
        this.#pending.push({ frames, taken });
        if (!this.isSlow) this.takeAll();
      },
      pause: () => {
        this.isPaused = true;
        this.pauses += 1;
      },
      resume: () => {
        this.isPaused = false;
      },
    });
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  get outgoingBytes(): number {
    return this.#outgoing.length;
  }

  /** Takes the oldest batch that was written to it. */
  takeOne(): void {
    const batch = this.#pending.shift();
    if (batch === undefined) return;
    this.received.push(...batch.frames.map(readTestFrame));
    batch.taken();
  }

  takeAll(): void {
    while (this.hasPending) this.takeOne();
  }

  /** Sends it when the switch reads. */
  queue(to: number, bytes?: number): TestFrame {
    this.#sequence += 1;
    const frame = { from: macOf(this.index), to, sequence: this.#sequence };
    this.#outgoing = Buffer.concat([this.#outgoing, writeTestFrame(frame, bytes)]);
    return frame;
  }

  /** Lets the switch read so much, unless it does not read now. */
  send(bytes = this.#outgoing.length): void {
    if (this.isPaused || this.#outgoing.length === 0) return;
    const piece = this.#outgoing.subarray(0, bytes);
    this.#outgoing = this.#outgoing.subarray(bytes);
    this.#segment.receive(this.port, this.#decoder.push(piece));
  }

  say(to: number, bytes?: number): TestFrame {
    const frame = this.queue(to, bytes);
    this.send();
    return frame;
  }
}

export function knownMachine(index: number, place: Partial<KnownMachine> = {}): KnownMachine {
  return {
    mac: macText(macOf(index)),
    name: `node-${index + 1}`,
    zone: 'local-1a',
    region: 'local-1',
    address: `10.20.0.${index + 4}`,
    ...place,
  };
}
