import { z } from 'zod';
import type { Clock } from '#std/clock.ts';
import { type Account, type Admission, type Attempt, reply, type Request } from './account.ts';
import type { AccountLog, Pacing } from './account-log.ts';
import { AwsFault } from './aws-fault.ts';

/** What became of a request, on its way back. */
interface Outcome {
  readonly latencyMs: number;
  readonly answer: () => object;
}

const REFUSAL_MS = 25;

/** An account as one process has it: it shares the log with others, and asks a clock for the time. */
export class AccountProcess {
  readonly account: Account;
  readonly #log: AccountLog;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(account: Account, log: AccountLog, clock: Clock) {
    this.account = account;
    this.#log = log;
    this.#clock = clock;
  }

  nowMs(): number {
    return this.account.virtualMs(this.#clock.wallMs());
  }

  /** A request's whole way: executed and in the log before the answer sets out, which takes its time. */
  async request(request: Request, signal?: AbortSignal): Promise<object> {
    signal?.throwIfAborted();
    const { latencyMs, answer } = await this.#inTurn(() => this.#outcome(request));
    await this.#clock.sleep(latencyMs / this.account.speed, signal);
    return answer();
  }

  /** Learns what other processes have done. */
  async catchUp(): Promise<void> {
    await this.#inTurn(() => this.#readLog());
  }

  /** From now on the account's time runs at this speed, for everybody. */
  async runAt(speed: number): Promise<void> {
    await this.#inTurn(() => this.#setPace(speed));
  }

  async #outcome(request: Request): Promise<Outcome> {
    try {
      await this.#readLog();
      const admission = this.account.admit(request, this.nowMs());
      const attempt = await this.#execute(admission);
      return { latencyMs: admission.chance.between(...admission.operation.latencyMs), answer: () => reply(attempt) };
    } catch (error) {
      if (error instanceof AwsFault) return { latencyMs: REFUSAL_MS, answer: () => raise(error) };
      throw error;
    }
  }

  /** Whoever loses the race for the next number works on the account as it is then. */
  async #execute(admission: Admission): Promise<Attempt> {
    for (;;) {
      const attempt = this.account.attempt(admission, this.nowMs());
      if (attempt.change === undefined) return attempt;
      if (await this.#log.append(this.account.seq + 1, attempt.change)) {
        this.account.commit(attempt);
        return attempt;
      }
      await this.#readLog();
    }
  }

  async #setPace(speed: number): Promise<void> {
    for (;;) {
      await this.#readLog();
      if (this.account.speed === speed) return;
      const wallMs = this.#clock.wallMs();
      const entry: Pacing = { type: 'paced', atMs: this.account.virtualMs(wallMs), wallMs, speed };
      if (await this.#log.append(this.account.seq + 1, entry)) return this.account.fold(entry);
    }
  }

  async #readLog(): Promise<void> {
    for (const entry of await this.#log.readAfter(this.account.seq)) this.account.fold(entry);
  }

  /** One at a time: between an entry's way into the log and its fold nobody of this process may read the log. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function raise(error: AwsFault): never {
  throw error;
}

const SendOptions = z.looseObject({ abortSignal: z.instanceof(AbortSignal).optional() });

/** One service of the account, with the one method of an SDK client that the provider uses. */
export class SimulatedClient {
  readonly #process: AccountProcess;
  readonly #service: string;
  readonly #region: string;

  constructor(process: AccountProcess, service: string, region: string) {
    this.#process = process;
    this.#service = service;
    this.#region = region;
  }

  send<Output>(command: object, options?: unknown): Promise<Output>;
  async send(command: object, options?: unknown): Promise<unknown> {
    const { abortSignal } = SendOptions.parse(options ?? {});
    const input = 'input' in command ? command.input : undefined;
    const request = { region: this.#region, service: this.#service, operation: operationOf(command), input };
    return this.#process.request(request, abortSignal);
  }
}

/** `RunInstancesCommand` → `RunInstances`. */
export function operationOf(command: object): string {
  return command.constructor.name.replace(/Command$/, '');
}
