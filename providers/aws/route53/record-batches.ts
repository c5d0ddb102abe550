import { type Change, ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { isRejected } from '#engine/call.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { Clock } from '#std/clock.ts';
import { Batches } from '../batches.ts';
import type { AwsSession } from '../session.ts';

/** What one request may carry; what an UPSERT carries counts twice. */
const VALUES_MAX = 1_000;
const CHARACTERS_MAX = 32_000;

/**
 * The record changes of one moment travel together, one request for each zone: Route 53 takes five requests a second, and
 * of one zone only one at a time. A request is done as a whole or refused as a whole.
 */
export class RecordBatches {
  readonly #batches: Batches<readonly Change[]>;

  constructor(route53: AwsSession['route53'], clock: Clock) {
    this.#batches = new Batches(clock, {
      fits: fitting,
      send: (context, HostedZoneId, items) => {
        const Changes = items.flat();
        const command = new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } });
        const purpose = `change ${Changes.length} records of the zone`;
        const isRemoval = Changes.every(({ Action }) => Action === 'DELETE');
        return isRemoval ? route53.remove(context, purpose, command) : route53.mutate(context, purpose, command);
      },
      mayBeOfOne: (error) => isRejected(error, 'invalid'),
    });
  }

  /**
   * Resolves when Route 53 has taken the changes in, which it does together or not at all; fails by the fault of these
   * alone, or of the whole zone.
   */
  change(context: Pick<ResourceContext, 'mutate'>, zoneId: string, changes: readonly Change[]): Promise<void> {
    return this.#batches.ask(context, zoneId, changes);
  }
}

/** From the front, as many as one request may carry. */
function fitting(waiting: readonly (readonly Change[])[]): number {
  let [values, characters] = [0, 0];
  const tooMany = waiting.findIndex((changes) => {
    for (const weight of changes.map(weigh)) {
      values += weight.values;
      characters += weight.characters;
    }
    return values > VALUES_MAX || characters > CHARACTERS_MAX;
  });
  return tooMany === -1 ? waiting.length : tooMany;
}

function weigh({ Action, ResourceRecordSet }: Change): { readonly values: number; readonly characters: number } {
  const records = ResourceRecordSet?.ResourceRecords ?? [];
  const characters = records.reduce((sum, { Value = '' }) => sum + Value.length, 0);
  const times = Action === 'UPSERT' ? 2 : 1;
  return { values: times * Math.max(1, records.length), characters: times * characters };
}
