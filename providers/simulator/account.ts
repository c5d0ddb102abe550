import { assert, assertNever } from '#std/assert.ts';
import type { Change, LogEntry, Opening, Pacing } from './account-log.ts';
import { type AwsFault, fault } from './aws-fault.ts';
import { Chance, hashText } from './chance.ts';
import type { Company } from './company.ts';
import { Desk, type StagedWrite } from './desk.ts';
import type { Kind, WalkedObject } from './objects.ts';
import type { OpenedCall, Operation, ServiceManual } from './operation.ts';
import { refuseDenied } from './permissions.ts';
import { Tables } from './table.ts';
import { type Bucket, Throttle } from './throttle.ts';
import type { Weather } from './weather.ts';

export interface Request {
  readonly region: string;
  /** `ec2`. */
  readonly service: string;
  /** `RunInstances`. */
  readonly operation: string;
  readonly input: unknown;
}

/** A request that was taken in: it may be worked on several times, until its change is in the log. */
export interface Admission {
  readonly request: Request;
  readonly manual: ServiceManual;
  readonly operation: Operation;
  readonly call: OpenedCall;
  /** How many were taken in before it. */
  readonly number: number;
  readonly chance: Chance;
}

/** What a request leads to, if its change gets the next number of the log. */
export interface Attempt {
  readonly admission: Admission;
  readonly output: object;
  /** Undefined: it changes nothing. */
  readonly change: Change | undefined;
  readonly staged: readonly StagedWrite[];
  /** Thrown after the change is made: the reply that says nothing. */
  readonly failure: AwsFault | undefined;
}

/** For those who check what happens: called around every change. */
export interface Witness {
  before?(change: Change): void;
  after?(change: Change): void;
}

interface AccountOptions {
  readonly opening: Opening;
  readonly manuals: readonly ServiceManual[];
  readonly weather: Weather;
  readonly witness?: Witness;
  /** @default each machine lives for itself */
  readonly company?: Company | undefined;
}

/** An account as the fold of its log. Nothing in it waits, writes or reads a clock: time is told to it. */
export class Account {
  readonly opening: Opening;
  /** May change while the account lives. */
  weather: Weather;
  readonly #manuals: ReadonlyMap<string, ServiceManual>;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #buckets: ReadonlyMap<string, Bucket>;
  readonly #witness: Witness;
  readonly #company: Company | undefined;
  readonly #tables = new Tables(() => this.weather.lagMs);
  readonly #throttle = new Throttle();
  readonly #seed: number;
  #seq = 1;
  #pace: Omit<Pacing, 'type'>;
  #latestMs: number;
  #admitted = 0;

  constructor({ opening, manuals, weather, witness = {}, company }: AccountOptions) {
    this.opening = opening;
    this.weather = weather;
    this.#witness = witness;
    this.#company = company;
    this.#seed = hashText(opening.seed);
    const { epochMs, speed } = opening;
    this.#pace = { atMs: epochMs, wallMs: epochMs, speed };
    this.#latestMs = epochMs;
    this.#manuals = new Map(manuals.map((manual) => [manual.name, manual]));
    this.#kinds = new Map(manuals.flatMap(({ kinds }) => kinds.map((kind) => [kind.name, kind])));
    const operations = manuals.flatMap((manual) =>
      manual.operations.map((operation): [string, Operation] => [`${manual.name}.${operation.name}`, operation]),
    );
    this.#operations = new Map(operations);
    this.#buckets = new Map(operations.flatMap(([, { buckets }]) => buckets.map((bucket) => [bucket.name, bucket])));
  }

  /** Number of the last entry that is folded in. */
  get seq(): number {
    return this.#seq;
  }

  /** Virtual milliseconds per millisecond. */
  get speed(): number {
    return this.#pace.speed;
  }

  /** Virtual time never runs back, whatever a wall clock does. */
  virtualMs(wallMs: number): number {
    const { atMs, wallMs: sinceMs, speed } = this.#pace;
    return Math.max(this.#latestMs, atMs + (wallMs - sinceMs) * speed);
  }

  /** Answers at once, or throws an AwsFault: for those who bring their own time and keep no log. */
  execute(request: Request, nowMs: number): object {
    const attempt = this.attempt(this.admit(request, nowMs), nowMs);
    this.commit(attempt);
    return reply(attempt);
  }

  /** Takes a request in or refuses it: unknown, throttled, expired, out of order. */
  admit(request: Request, nowMs: number): Admission {
    const manual = this.#manuals.get(request.service);
    const operation = this.#operations.get(`${request.service}.${request.operation}`);
    if (manual === undefined || operation === undefined) {
      throw fault('InvalidAction', `The simulated ${request.service} does not know ${request.operation}.`);
    }
    this.#admitted += 1;
    const chance = new Chance(this.#seed, this.#seq, this.#admitted);
    const { weather } = this;
    if (chance.happens(weather.credentialsExpired)) throw manual.expired();
    if (chance.happens(weather.throttle)) throw manual.throttled();
    refuseDenied(request, weather.permissions);
    const call = operation.open(request.input);
    if (weather.publishedThrottles && !this.#throttle.take(call.charges, request.region, nowMs))
      throw manual.throttled();
    if (chance.happens(weather.errorBefore)) throw manual.failed();
    return { request, manual, operation, call, number: this.#admitted, chance };
  }

  /** Works on it against the account as it is now. */
  attempt(admission: Admission, nowMs: number): Attempt {
    const { request, manual, operation, call, number, chance } = admission;
    const desk = new Desk({
      tables: this.#tables,
      nowMs: Math.max(nowMs, this.#latestMs),
      region: request.region,
      accountId: this.opening.accountId,
      // The number of the log is in it: two processes never draw the same ids.
      chance: new Chance(~this.#seed, this.#seq, number),
      weather: this.weather,
      company: this.#company,
    });
    const output = call.run(desk);
    if (desk.staged.length === 0) return { admission, output, change: undefined, staged: [], failure: undefined };
    const change: Change = {
      type: 'changed',
      atMs: desk.nowMs,
      operation: `${manual.name}.${operation.name}`,
      region: request.region,
      charges: call.charges.map(({ bucket, tokens }) => ({ bucket: bucket.name, tokens })),
      writes: desk.staged.map(({ write }) => write),
    };
    const failure = chance.happens(this.weather.errorAfter) ? manual.failed() : undefined;
    return { admission, output, change, staged: desk.staged, failure };
  }

  /** Makes an attempt's change, which has got its number, part of the account. */
  commit({ change, staged }: Attempt): void {
    if (change === undefined) return;
    this.#witness.before?.(change);
    for (const write of staged) write.apply(change.atMs);
    this.#advance(change.atMs);
    this.#witness.after?.(change);
  }

  /** Folds in an entry of the log. */
  fold(entry: LogEntry): void {
    switch (entry.type) {
      case 'changed':
        return this.#foldChange(entry);
      case 'paced':
        this.#pace = entry;
        return this.#advance(entry.atMs);
      case 'opened':
        return assert(false, 'An account is opened once');
      default:
        return assertNever(entry);
    }
  }

  /** Every object there is, without lag. */
  walk(nowMs: number): readonly WalkedObject[] {
    return [...this.#tables.all()].flatMap((table) => table.walk(nowMs));
  }

  #foldChange(entry: Change): void {
    this.#witness.before?.(entry);
    for (const { kind: name, region, id, value } of entry.writes) {
      const kind = this.#kinds.get(name);
      assert(kind !== undefined, `The kind ${name} of the log is known`);
      this.#tables.of(kind, region).writeParsed(id, value, entry.atMs);
    }
    for (const { bucket: name, tokens } of entry.charges) {
      const bucket = this.#buckets.get(name);
      if (bucket !== undefined) this.#throttle.note({ bucket, tokens }, entry.region, entry.atMs);
    }
    this.#advance(entry.atMs);
    this.#witness.after?.(entry);
  }

  #advance(atMs: number): void {
    this.#seq += 1;
    this.#latestMs = Math.max(this.#latestMs, atMs);
  }
}

/** What the caller gets in the end. */
export function reply({ output, failure, admission }: Attempt): object {
  if (failure !== undefined) throw failure;
  const requestId = admission.chance.uuid();
  return { ...output, $metadata: { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 } };
}
