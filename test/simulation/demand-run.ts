import { DemandRegister } from '#state/demand-register.ts';
import { type Decision, type Demand, type DemandPolicy, parseDemand } from '#state/demand.ts';
import { NO_MIGRATIONS } from '#state/format.ts';
import { MemoryObjects } from '#state/memory-store.ts';
import { FaultLottery, type FaultRates } from './faults.ts';
import { type Blow, SimulatedProcess } from './process.ts';
import { mixSeeds, SeededRandom } from './seeded-random.ts';
import { SimulatedStore, type StoreWrite } from './simulated-store.ts';
import { World } from './world.ts';

const SERVERS = 3;
const EVENTS = 8;
const FILE_VALUE = 3;
const WITHIN_MS = 20_000;
const HALF_STEPS_LIKELY = 60;
const LIMITS = { eventsMax: 50_000, untilMs: 3_600_000 };
const POLICY: DemandPolicy = { id: 'up', pool: 'worker', min: 1, max: 6, cooldownMs: 0, cooldownKey: 'worker' };

const RATES: FaultRates = {
  'request-lost': 0.03,
  'reply-lost': 0.05,
  'request-late': 0.03,
  reset: 0.05,
  'duplicate-delivery': 0.1,
  'store-own-precondition': 0.1,
  'store-conflict': 0.1,
  'store-unavailable': 0.05,
  'clock-jump': 0.02,
};

export interface DemandRun {
  readonly broken: readonly string[];
  readonly answers: number;
}

/** Alarms call several servers at once, some twice, while the store fails and a server is hit: each event counts once. */
export async function runDemand(seed: number): Promise<DemandRun> {
  const run = new DemandScene(seed);
  return run.play();
}

class DemandScene {
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #faults: FaultLottery;
  readonly #objects = new MemoryObjects();
  readonly #broken: string[] = [];
  readonly #answers: Decision[] = [];
  readonly #blowAt: number;
  readonly #blow: Blow;
  #halfSteps = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(mixSeeds(seed));
    this.#world = new World({ seed, startMs: 0 });
    this.#faults = new FaultLottery(this.#world.random, RATES);
    this.#blowAt = this.#random.below(HALF_STEPS_LIKELY);
    this.#blow = this.#random.chance(0.5) ? 'crash' : 'freeze';
  }

  async play(): Promise<DemandRun> {
    const servers = Array.from({ length: SERVERS }, (_, index) => this.#serve(index + 1));
    for (let event = 0; event < EVENTS; event += 1) {
      const step = this.#random.chance(0.7) ? 1 : -1;
      for (const server of servers) {
        if (!this.#random.chance(0.6)) continue;
        const atMs = this.#random.between(0, WITHIN_MS);
        this.#world.schedule(atMs, `event ${event}`, () => this.#deliver(server, `event-${event}`, step));
      }
    }
    const stop = await this.#world.run(() => false, LIMITS);
    if (stop !== 'idle') this.#broken.push(`it does not come to an end: ${stop}`);
    this.#judge();
    return { broken: this.#broken, answers: this.#answers.length };
  }

  #serve(number: number): DemandRegister {
    const [world, faults] = [this.#world, this.#faults];
    const blows = { halfStep: () => this.#nextBlow(), onBlow: () => undefined };
    const process = new SimulatedProcess(number, number, { world, faults, blows, requestAgeMaxMs: 15_000 });
    const onWrite = (write: StoreWrite): void => this.#check(parseDemand(write.body, NO_MIGRATIONS));
    const objects = new SimulatedStore({ process, objects: this.#objects, faults, onWrite });
    return new DemandRegister({ objects, clock: process.clock, random: process.random });
  }

  #deliver(server: DemandRegister, eventId: string, step: number): void {
    const request = { eventId, policy: POLICY, intent: { kind: 'step', step }, fileValue: FILE_VALUE } as const;
    server.decide(request).then(
      (decision) => this.#answers.push(decision),
      // A server that gives up has said so; whoever called calls again.
      () => undefined,
    );
  }

  #nextBlow(): Blow | undefined {
    this.#halfSteps += 1;
    return this.#halfSteps - 1 === this.#blowAt ? this.#blow : undefined;
  }

  /** Every durable state must follow from its own decisions, each event among them once. */
  #check({ pools, decisions }: Demand): void {
    const desired = pools[POLICY.pool]?.desired ?? FILE_VALUE;
    let counted = FILE_VALUE;
    for (const { before, after, eventId } of decisions) {
      if (before !== counted) this.#broken.push(`${eventId} was decided on ${before} where ${counted} was wanted`);
      counted = after;
    }
    if (desired !== counted) this.#broken.push(`${desired} are wanted, the decisions lead to ${counted}`);
    if (desired < POLICY.min || desired > POLICY.max) this.#broken.push(`${desired} is out of bounds`);
    const events = new Set(decisions.map(({ eventId }) => eventId));
    if (events.size !== decisions.length) this.#broken.push('an event was decided twice');
  }

  /** What was answered is what is recorded. */
  #judge(): void {
    const stored = this.#objects.readRegister('demand.json');
    const decisions = stored === undefined ? [] : parseDemand(stored.body, NO_MIGRATIONS).decisions;
    const recorded = new Map(decisions.map((decision) => [decision.eventId, decision]));
    for (const { eventId, after } of this.#answers) {
      const found = recorded.get(eventId);
      if (found?.after !== after)
        this.#broken.push(`${eventId} was answered with ${after}, recorded is ${found?.after ?? 'nothing'}`);
    }
  }
}
