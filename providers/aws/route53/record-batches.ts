import { type Change, ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { isRejected } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import type { AwsSession } from '../session.ts';

/** What one request may carry; what an UPSERT carries counts twice. */
const VALUES_MAX = 1_000;
const CHARACTERS_MAX = 32_000;

type Writing = Pick<ResourceContext, 'mutate'>;

/**
 * The record changes of one moment travel together, one request for each zone: Route 53 takes five requests a second, and
 * of one zone only one at a time. A request is done as a whole or refused as a whole.
 */
export class RecordBatches {
  readonly #route53: AwsSession['route53'];
  readonly #clock: Clock;
  /** By zone, in the order in which they came. A zone that is here has somebody who sends them. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(route53: AwsSession['route53'], clock: Clock) {
    this.#route53 = route53;
    this.#clock = clock;
  }

  /**
   * Resolves when Route 53 has taken the changes in, which it does together or not at all; fails by the fault of these
   * alone, or of the whole zone.
   */
  change(context: Writing, zoneId: string, changes: readonly Change[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const mine = { context, changes, resolve, reject };
    const waiting = this.#waiting.get(zoneId);
    if (waiting !== undefined) waiting.push(mine);
    else {
      this.#waiting.set(zoneId, [mine]);
      this.#serve(zoneId).catch(reject);
    }
    return promise;
  }

  async #serve(zoneId: string): Promise<void> {
    await this.#clock.sleep(0);
    const waiting = this.#waiting.get(zoneId) ?? [];
    for (let batch = takeBatch(waiting); batch.length > 0; batch = takeBatch(waiting))
      await this.#settle(zoneId, batch);
    this.#waiting.delete(zoneId);
  }

  /** A refused batch is halved until each of those who asked for what is refused stands alone. */
  async #settle(zoneId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#send(zoneId, batch);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || !isRejected(error, 'invalid')) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#settle(zoneId, batch.slice(0, half));
      await this.#settle(zoneId, batch.slice(half));
    }
  }

  /** On behalf of whoever came first: all that share it are of one run, under one lease. */
  async #send(zoneId: string, batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const Changes = batch.flatMap(({ changes }) => changes);
    const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } });
    const purpose = `change ${Changes.length} records of the zone`;
    if (Changes.every(({ Action }) => Action === 'DELETE')) await this.#route53.remove(first.context, purpose, command);
    else await this.#route53.mutate(first.context, purpose, command);
  }
}

interface Waiting {
  readonly context: Writing;
  readonly changes: readonly Change[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Takes from the front as many as one request may carry, but never none. */
function takeBatch(waiting: Waiting[]): readonly Waiting[] {
  let [values, characters, count] = [0, 0, 0];
  for (const { changes } of waiting) {
    for (const weight of changes.map(weigh)) {
      values += weight.values;
      characters += weight.characters;
    }
    if (count > 0 && (values > VALUES_MAX || characters > CHARACTERS_MAX)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

function weigh({ Action, ResourceRecordSet }: Change): { readonly values: number; readonly characters: number } {
  const records = ResourceRecordSet?.ResourceRecords ?? [];
  const characters = records.reduce((sum, { Value = '' }) => sum + Value.length, 0);
  const times = Action === 'UPSERT' ? 2 : 1;
  return { values: times * Math.max(1, records.length), characters: times * characters };
}
