import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { FaultLottery } from './faults.ts';
import { mixSeeds, SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

const HOUR_MS = 3_600_000;
const WALL_EPOCH_MS = Date.UTC(2026, 0, 1);
const LATENCY_MS = [1, 30] as const;
const FREEZE_MS = [60_000, 120_000] as const;

export type Blow = 'crash' | 'freeze';

/** Where a process can be hit: each request has two half-steps, "before the effect" and "effect done, reply lost". */
interface BlowPlan {
  /** Counts one half-step; answers what hits the process there. */
  halfStep(): Blow | undefined;
  /** Called when a process was hit, so that a successor can be started. */
  onBlow(process: SimulatedProcess, blow: Blow): void;
}

export interface ProcessSurroundings {
  readonly world: World;
  readonly faults: FaultLottery;
  readonly blows: BlowPlan;
  /** A request that was sent may be executed this much later. */
  readonly requestAgeMaxMs: number;
}

/** How a request fails in the words of the service it is sent to. */
export interface Service {
  readonly timeoutMs: number;
  unanswered(why: string): Error;
  notSent(why: string): Error;
}

export interface Exchange<T> {
  readonly label: string;
  readonly mutates: boolean;
  readonly service: Service;
  readonly signal?: AbortSignal | undefined;
  /** Runs where the service is, when the request arrives; may throw what the service answers. */
  effect(): T;
}

/** One run of the program: its clock, its chance, and the wire to everything else. It can be killed and frozen at any request. */
export class SimulatedProcess {
  readonly number: number;
  readonly clock: Clock;
  readonly random: Random;
  isDead = false;
  readonly #around: ProcessSurroundings;
  #wallOffsetMs: number;
  #held: (() => void)[] | undefined;

  constructor(number: number, seed: number, around: ProcessSurroundings) {
    this.number = number;
    this.#around = around;
    this.random = new SeededRandom(mixSeeds(seed, number));
    const skewed = around.faults.strikes('clock-jump');
    this.#wallOffsetMs = WALL_EPOCH_MS + (skewed ? around.world.random.between(-3 * HOUR_MS, 3 * HOUR_MS) : 0);
    this.clock = {
      wallMs: () => this.#wallMs(),
      monotonicMs: () => around.world.nowMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get isFrozen(): boolean {
    return this.#held !== undefined;
  }

  /** Sends a request over the wire. A dead process never hears of it again. */
  exchange<T>(exchange: Exchange<T>): Promise<T> {
    if (this.isDead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const { signal } = exchange;
      const abort = (): void => reject(exchange.service.unanswered('it was given up'));
      signal?.addEventListener('abort', abort, { once: true });
      const settle = (deliver: () => void): void => {
        signal?.removeEventListener('abort', abort);
        this.#whenAwake(deliver);
      };
      this.#send(exchange, {
        answer: (value) => settle(() => resolve(value)),
        fail: (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
      });
    });
  }

  crash(): void {
    this.isDead = true;
    this.#held = undefined;
    this.#around.faults.count('kill');
    this.#around.world.note(`process ${this.number} is killed`);
    this.#around.blows.onBlow(this, 'crash');
  }

  /** Replies and timers wait until it wakes up; requests that were sent go their way. */
  freeze(): void {
    const { world, faults, blows } = this.#around;
    if (this.isFrozen) return;
    this.#held = [];
    faults.count('freeze');
    world.note(`process ${this.number} freezes`);
    world.schedule(world.random.between(...FREEZE_MS), `process ${this.number} wakes up`, () => this.#thaw());
    blows.onBlow(this, 'freeze');
  }

  #thaw(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    const { world } = this.#around;
    for (const deliver of held) {
      world.schedule(world.random.between(0, 5), `held for ${this.number}`, () => this.#whenAwake(deliver));
    }
  }

  #whenAwake(deliver: () => void): void {
    if (this.isDead) return;
    if (this.#held === undefined) deliver();
    else this.#held.push(deliver);
  }

  #send<T>(exchange: Exchange<T>, reply: Reply<T>): void {
    const { world, blows } = this.#around;
    const { label, mutates } = exchange;
    const blow = blows.halfStep();
    if (blow === undefined) return this.#route(exchange, reply);
    if (blow === 'crash') {
      this.crash();
      if (!mutates || world.random.chance(0.5)) return;
    } else {
      this.freeze();
    }
    world.schedule(this.#latenessMs(), `${label} arrives late`, () => this.#arrive(exchange, reply));
  }

  /** Any time while it may, and rather often at the very last moment. */
  #latenessMs(): number {
    const { world, requestAgeMaxMs } = this.#around;
    const least = world.random.chance(0.5) ? 0 : 0.9 * requestAgeMaxMs;
    return world.random.between(least, requestAgeMaxMs);
  }

  #route<T>(exchange: Exchange<T>, reply: Reply<T>): void {
    const { faults, world } = this.#around;
    const { label, service } = exchange;
    const { timeoutMs } = service;
    if (faults.strikes('name-lookup'))
      return this.#fail(exchange, reply, service.notSent('the name could not be resolved'));
    if (faults.strikes('request-lost')) return this.#timeOut(exchange, reply);
    if (faults.strikes('request-late')) {
      this.#timeOut(exchange, reply);
      world.schedule(Math.max(timeoutMs / 2, this.#latenessMs()), `${label} arrives late`, () =>
        this.#arrive(exchange, SILENCE),
      );
      return;
    }
    if (exchange.mutates && faults.strikes('duplicate-delivery')) {
      world.schedule(this.#latenessMs(), `${label} arrives a second time`, () => run(exchange, SILENCE));
    }
    world.schedule(this.#latencyMs(), label, () => this.#arrive(exchange, reply));
  }

  /** At the service: the effect takes place, and the answer sets out. */
  #arrive<T>(exchange: Exchange<T>, reply: Reply<T>): void {
    const { faults, world, blows } = this.#around;
    const { label, service } = exchange;
    const answer = run(exchange, reply);
    if (this.isDead || reply === SILENCE) return;
    const blow = blows.halfStep();
    if (blow === 'crash') return this.crash();
    if (blow === 'freeze') this.freeze();
    if (faults.strikes('reset')) return this.#fail(exchange, reply, service.unanswered('the connection was reset'));
    if (faults.strikes('reply-lost')) return this.#timeOut(exchange, reply);
    world.schedule(this.#replyMs(service.timeoutMs), `${label} answered`, answer);
    return undefined;
  }

  #replyMs(timeoutMs: number): number {
    const { faults, world } = this.#around;
    if (faults.strikes('reply-late')) return world.random.between(0.5, 3) * timeoutMs;
    if (faults.strikes('slow-drip')) return world.random.between(0.3, 0.95) * timeoutMs;
    return this.#latencyMs();
  }

  #latencyMs(): number {
    return this.#around.world.random.between(...LATENCY_MS);
  }

  #timeOut<T>({ label, service }: Exchange<T>, reply: Reply<T>): void {
    const { timeoutMs } = service;
    const why = `no answer within ${timeoutMs} ms`;
    this.#around.world.schedule(timeoutMs, `${label} timed out`, () => reply.fail(service.unanswered(why)));
  }

  #fail<T>({ label }: Exchange<T>, reply: Reply<T>, error: Error): void {
    this.#around.world.schedule(this.#latencyMs(), `${label} failed`, () => reply.fail(error));
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.isDead) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(reasonOf(signal));
      const timer = this.#around.world.schedule(ms, TIMER_LABEL, () =>
        this.#whenAwake(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }),
      );
      const abort = (): void => {
        timer.dead = true;
        reject(reasonOf(signal));
      };
      signal?.addEventListener('abort', abort, { once: true });
      return undefined;
    });
  }

  #wallMs(): number {
    const { faults, world } = this.#around;
    if (faults.strikes('clock-jump')) this.#wallOffsetMs += world.random.between(-3 * HOUR_MS, 3 * HOUR_MS);
    return Math.floor(this.#wallOffsetMs + world.nowMs);
  }
}

interface Reply<T> {
  readonly answer: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

const GIVEN_UP = new Error('given up');
const TIMER_LABEL = 'timer';
const SILENCE = { answer: (): void => undefined, fail: (): void => undefined };

/** Runs the effect now; what it gives back delivers the answer. */
function run<T>(exchange: Exchange<T>, reply: Reply<T>): () => void {
  try {
    const value = exchange.effect();
    return () => reply.answer(value);
  } catch (error) {
    return () => reply.fail(error);
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : GIVEN_UP;
}
