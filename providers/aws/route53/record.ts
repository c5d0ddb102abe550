import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { absoluteName, fromSeen, spelled, toSent } from './record-sets.ts';

const Inputs = z.strictObject({
  zoneId: z.string(),
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']),
  ttlSeconds: z.int().nonnegative(),
  /** A text as it is, without quotes. */
  values: z.array(z.string()).min(1).readonly(),
});

/** Spelled as Route 53 does. */
const Outputs = Inputs.extend({ values: z.array(z.string()).readonly() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * A record set of a zone of ours. It cannot bear a mark, so whose it is follows from the zone and from what it says:
 *
 * | the zone    | the record                          | is it ours?                                            |
 * |-------------|-------------------------------------|--------------------------------------------------------|
 * | ours        | is in the state                     | yes, whatever it says now: a difference is drift       |
 * | ours        | is looked for, says what we asked   | yes: it is what our request made                       |
 * | ours        | is looked for, says something else  | no: somebody put it there by hand, and it stays        |
 * | somebody's  | any                                 | no                                                     |
 *
 * It is ready when it is listed; when all name servers know it is nothing that anybody here waits for.
 */
export const route53Record = defineResource<AwsSession>()({
  kind: 'aws.route53.record',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['zoneId', 'name', 'type'],
  // A name cannot have a CNAME and another record at the same time.
  replaceOrder: 'destroy-first',
  stableOutputs: ['zoneId', 'name', 'type'],
  idOf: ({ zoneId, name, type }) => `${type} ${name} in ${zoneId}`,

  async observe(aws, context, { inputs, last }) {
    const { zoneId } = inputs;
    const [zoneOwner, found] = await Promise.all([
      aws.zones.ownerOf(context, zoneId),
      findRecord(aws, context, inputs),
    ]);
    if (zoneOwner === undefined || found === undefined) return ABSENT;
    const wanted = wantedOf(inputs);
    const outputs = { ...wanted, ...fromSeen(found) };
    const isInOurZone = zoneOwner !== 'somebody' && zoneOwner.cluster === context.cluster;
    const isOurs = isInOurZone && (last !== undefined || sameValue(outputs, wanted));
    const { cluster, instanceId } = context;
    return { state: 'present', outputs, owner: isOurs ? { cluster, instanceId } : undefined, condition: READY };
  },

  async create(aws, context, inputs) {
    const wanted = wantedOf(inputs);
    const change = { Action: 'CREATE', ResourceRecordSet: toSent(wanted) } as const;
    try {
      await aws.recordBatches.change(context, inputs.zoneId, change);
    } catch (error) {
      // Route 53 has one name for all that may be wrong with a change; that the record exists a look tells.
      if (!isRejected(error, 'invalid') || (await findRecord(aws, context, inputs)) === undefined) throw error;
      throw refused('exists', `${wanted.name} has a record of the type ${wanted.type} already.`, error);
    }
    return wanted;
  },

  async sync(aws, context, inputs, observed) {
    const wanted = wantedOf(inputs);
    if (sameValue(wanted, observed)) return observed;
    const change = { Action: 'UPSERT', ResourceRecordSet: toSent(wanted) } as const;
    await aws.recordBatches.change(context, inputs.zoneId, change);
    return wanted;
  },

  async destroy(aws, context, observed) {
    const { zoneId, name } = observed;
    // Removed is only what is named exactly as it is.
    const found = await findRecord(aws, context, observed);
    if (found === undefined) throw refused('absent', `${name} is not there.`);
    try {
      await aws.recordBatches.change(context, zoneId, { Action: 'DELETE', ResourceRecordSet: found });
    } catch (error) {
      if (!isRejected(error, 'invalid')) throw error;
      throw refused('absent', `${name} is not there any more, or says something else by now.`, error);
    }
  },
});

function wantedOf({ zoneId, ...record }: Outputs): Outputs {
  return { zoneId, ...spelled(record) };
}

async function findRecord(
  aws: AwsSession,
  context: ResourceContext,
  { zoneId, name, type }: Pick<Outputs, 'zoneId' | 'name' | 'type'>,
): Promise<ResourceRecordSet | undefined> {
  const records = await unlessAbsent(aws.zones.recordsOf(context, zoneId));
  const wanted = absoluteName(name);
  return records?.find(({ Name = '', Type }) => Type === type && absoluteName(Name) === wanted);
}

function refused(reason: 'exists' | 'absent', message: string, cause?: unknown): CallError {
  return new CallError({ outcome: 'rejected', reason, message, cause });
}
