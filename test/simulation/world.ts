import assert from 'node:assert/strict';
import { EventHeap, type ScheduledEvent } from './event-heap.ts';
import { SeededRandom } from './seeded-random.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Steps queued per turn of the event loop: a turn costs more than an event does. */
const STEPS_PER_TURN = 64;

export interface WorldOptions {
  readonly seed: number;
  readonly startMs: number;
  /** Receives the trace in words; only replays ask for it, text is slow. */
  readonly tracer?: ((line: string) => void) | undefined;
}

export interface RunLimits {
  readonly eventsMax: number;
  readonly untilMs: number;
}

export type Stop = 'done' | 'idle' | 'too-many-events' | 'too-late';

/** Virtual time and everything that waits for it. One event runs, then all that follows from it at once, then the next. */
export class World {
  readonly random: SeededRandom;
  readonly tracer: ((line: string) => void) | undefined;
  nowMs: number;
  events = 0;
  traceHash = FNV_OFFSET;
  /** Called after each event and all that followed from it. */
  afterEvent: (() => void) | undefined;
  readonly #keys: SeededRandom;
  readonly #heap = new EventHeap();

  constructor({ seed, startMs, tracer }: WorldOptions) {
    this.random = new SeededRandom(seed);
    this.#keys = new SeededRandom(~seed);
    this.nowMs = startMs;
    this.tracer = tracer;
  }

  schedule(delayMs: number, label: string, run: () => void): ScheduledEvent {
    const event = { atMs: this.nowMs + Math.max(0, delayMs), key: this.#keys.word(), label, run, dead: false };
    this.#heap.push(event);
    return event;
  }

  /** Writes a line into the trace, beyond what the events say by themselves. */
  note(line: string): void {
    this.#mix(line);
    this.#trace(line);
  }

  run(isDone: () => boolean, limits: RunLimits): Promise<Stop> {
    const eventsMax = this.events + limits.eventsMax;
    return new Promise((resolve, reject) => {
      let stopped = false;
      const stop = (reason: Stop): void => {
        stopped = true;
        resolve(reason);
      };
      const step = (): void => {
        if (stopped) return;
        try {
          const reason = this.#step(isDone, eventsMax, limits.untilMs);
          if (reason !== undefined) stop(reason);
        } catch (error) {
          stopped = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const turn = (): void => {
        step();
        if (stopped) return;
        // Between two immediates Node empties the microtask queue, so each step sees the last one's consequences.
        for (let count = 1; count < STEPS_PER_TURN; count += 1) setImmediate(step);
        setImmediate(turn);
      };
      setImmediate(turn);
    });
  }

  /** Goes on until the task has ended, whichever way. */
  async finish<T>(task: Promise<T>, limits: RunLimits): Promise<T> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    task.then(end, end);
    const stop = await this.run(() => isOver, limits);
    assert.equal(stop, 'done', 'It does not come to an end.');
    return task;
  }

  #step(isDone: () => boolean, eventsMax: number, untilMs: number): Stop | undefined {
    this.afterEvent?.();
    if (isDone()) return 'done';
    const event = this.#heap.pop();
    if (event === undefined) return 'idle';
    if (event.atMs > untilMs) {
      this.#heap.push(event);
      return 'too-late';
    }
    this.events += 1;
    if (this.events > eventsMax) return 'too-many-events';
    this.nowMs = event.atMs;
    this.#mix(event.label);
    this.#trace(event.label);
    event.run();
    return undefined;
  }

  #trace(line: string): void {
    this.tracer?.(`${(this.nowMs / 1000).toFixed(3).padStart(10)}  ${line}`);
  }

  #mix(label: string): void {
    let hash = Math.imul(this.traceHash ^ Math.floor(this.nowMs * 16), FNV_PRIME);
    for (let place = 0; place < label.length; place += 1) hash = Math.imul(hash ^ label.charCodeAt(place), FNV_PRIME);
    this.traceHash = hash >>> 0;
  }
}
