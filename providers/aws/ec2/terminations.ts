import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CallError } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import type { AwsSession } from '../session.ts';

/** What one request may name. */
const MACHINES_MAX = 1_000;

type Writing = Pick<ResourceContext, 'mutate'>;

/**
 * The machines that go at one moment go in one request: EC2 counts requests, not only machines. A request that it refuses
 * for one of them is halved until that one stands alone.
 */
export class Terminations {
  readonly #ec2: AwsSession['ec2'];
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #isServing = false;

  constructor(ec2: AwsSession['ec2'], clock: Clock) {
    this.#ec2 = ec2;
    this.#clock = clock;
  }

  /** Resolves when EC2 has acknowledged that the machine goes. */
  end(context: Writing, id: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ context, id, resolve, reject });
    if (!this.#isServing) this.#serve().catch(reject);
    return promise;
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    await this.#clock.sleep(0);
    for (;;) {
      const batch = this.#waiting.splice(0, MACHINES_MAX);
      if (batch.length === 0) break;
      await this.#settle(batch);
    }
    this.#isServing = false;
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#send(batch);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || !isRefusal(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#settle(batch.slice(0, half));
      await this.#settle(batch.slice(half));
    }
  }

  /** On behalf of whoever came first: all that share it are of one run, under one lease. */
  async #send(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const command = new TerminateInstancesCommand({ InstanceIds: [...new Set(batch.map(({ id }) => id))] });
    const purpose = batch.length === 1 ? 'terminate the machine' : `terminate ${batch.length} machines`;
    await this.#ec2.remove(first.context, purpose, command);
  }
}

interface Waiting {
  readonly context: Writing;
  readonly id: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One machine that is unknown or protected spoils the request for all. */
function isRefusal(error: unknown): boolean {
  return error instanceof CallError && error.outcome === 'rejected';
}
