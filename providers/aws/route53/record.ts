import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, type Owner, READY, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { findMark, markFor, ownerInMark } from './record-mark.ts';
import { absoluteName, fromSeen, spelled, toSent } from './record-sets.ts';

const Fields = z.strictObject({
  zoneId: z.string(),
  name: z.string(),
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']),
  /** 0 for an alias. */
  ttlSeconds: z.int().nonnegative(),
  /** A text as it is, without quotes. None for an alias. */
  values: z.array(z.string()).readonly(),
  /** Answers with what another name of AWS stands for, instead of with values. */
  alias: z.strictObject({ dnsName: z.string(), zoneId: z.string() }).optional(),
});

const Inputs = Fields.extend({
  /** Whether the zone is somebody else's, who lets us put records into it. */
  isShared: z.literal(true).optional(),
}).refine(({ values, alias }) => values.length > 0 !== (alias !== undefined), 'A record has values or is an alias.');
type Inputs = Readonly<z.output<typeof Inputs>>;

/** Spelled as Route 53 does. */
type Outputs = Readonly<z.output<typeof Fields>>;

/**
 * A record set. It cannot bear a mark, so whose it is follows from the zone and from what it says:
 *
 * | the zone             | the record                         | is it ours?                                           |
 * |----------------------|------------------------------------|-------------------------------------------------------|
 * | ours                 | is in the state                    | yes, whatever it says now: a difference is drift      |
 * | ours                 | is looked for, says what we asked  | yes: it is what our request made                      |
 * | ours                 | is looked for, says something else | no: somebody put it there by hand, and it stays       |
 * | somebody's, lent     | has our mark beside it             | yes, whatever it says                                 |
 * | somebody's, lent     | has none, or that of others        | no                                                    |
 * | somebody's, not lent | any                                | no                                                    |
 *
 * It is ready when it is listed; when all name servers know it is nothing that anybody here waits for.
 */
export const route53Record = defineResource<AwsSession>()({
  kind: 'aws.route53.record',
  inputs: Inputs,
  outputs: Fields,
  identity: 'name',
  replaceOn: ['zoneId', 'name', 'type', 'isShared'],
  // A name cannot have a CNAME and another record at the same time.
  replaceOrder: 'destroy-first',
  stableOutputs: ['zoneId', 'name', 'type'],
  idOf: ({ zoneId, name, type }) => `${type} ${name} in ${zoneId}`,

  async observe(aws, context, { inputs, last }) {
    const { zoneId } = inputs;
    const [zoneOwner, seen] = await Promise.all([aws.zones.ownerOf(context, zoneId), look(aws, context, inputs)]);
    if (zoneOwner === undefined || seen.found === undefined) return ABSENT;
    const wanted = wantedOf(inputs);
    const outputs = { zoneId, name: wanted.name, type: wanted.type, ...fromSeen(seen.found) };
    const isInOurZone = zoneOwner !== 'somebody' && zoneOwner.cluster === context.cluster;
    const isOurs = isInOurZone && (last !== undefined || sameValue(outputs, wanted));
    const owner = inputs.isShared === true ? ownerInMark(seen.mark) : ownerIf(isOurs, context);
    return { state: 'present', outputs, owner, condition: READY };
  },

  async create(aws, context, inputs) {
    const wanted = wantedOf(inputs);
    const changes: Change[] = [{ Action: 'CREATE', ResourceRecordSet: toSent(wanted) }];
    if (inputs.isShared === true) changes.push(await markChange(aws, context, inputs));
    try {
      await aws.recordBatches.change(context, inputs.zoneId, changes);
    } catch (error) {
      // Route 53 has one name for all that may be wrong with a change; that the record exists a look tells.
      if (!isRejected(error, 'invalid') || (await look(aws, context, inputs)).found === undefined) throw error;
      throw refused('exists', `${wanted.name} has a record of the type ${wanted.type} already.`, error);
    }
    return wanted;
  },

  async sync(aws, context, inputs, observed) {
    const wanted = wantedOf(inputs);
    if (sameValue(wanted, observed)) return observed;
    const change = { Action: 'UPSERT', ResourceRecordSet: toSent(wanted) } as const;
    await aws.recordBatches.change(context, inputs.zoneId, [change]);
    return wanted;
  },

  async destroy(aws, context, observed) {
    const { zoneId, name } = observed;
    // Removed is only what is named exactly as it is.
    const { found, mark } = await look(aws, context, observed);
    if (found === undefined) throw refused('absent', `${name} is not there.`);
    const goesToo = isOwn(ownerInMark(mark), context) ? mark : undefined;
    const going = goesToo === undefined ? [found] : [found, goesToo];
    const changes = going.map((ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet }));
    try {
      await aws.recordBatches.change(context, zoneId, changes);
    } catch (error) {
      if (!isRejected(error, 'invalid')) throw error;
      throw refused('absent', `${name} is not there any more, or says something else by now.`, error);
    }
  },
});

function wantedOf({ zoneId, name, type, ttlSeconds, values, alias }: Inputs): Outputs {
  return { zoneId, ...spelled({ name, type, ttlSeconds, values, alias }) };
}

interface Seen {
  readonly found: ResourceRecordSet | undefined;
  readonly mark: ResourceRecordSet | undefined;
}

async function look(
  aws: AwsSession,
  context: ResourceContext,
  { zoneId, name, type }: Pick<Outputs, 'zoneId' | 'name' | 'type'>,
): Promise<Seen> {
  const records = (await unlessAbsent(aws.zones.recordsOf(context, zoneId))) ?? [];
  const wanted = absoluteName(name);
  const found = records.find(({ Name = '', Type }) => Type === type && absoluteName(Name) === wanted);
  return { found, mark: findMark(records, { name, type }) };
}

/** A mark that a record of this cluster has left behind is taken over; one of others is refused as existing. */
async function markChange(aws: AwsSession, context: ResourceContext, inputs: Inputs): Promise<Change> {
  const left = ownerInMark((await look(aws, context, inputs)).mark);
  const Action = left?.cluster === context.cluster ? 'UPSERT' : 'CREATE';
  return { Action, ResourceRecordSet: markFor(inputs, context) };
}

function isOwn(owner: Owner | undefined, { cluster, instanceId }: Owner): boolean {
  return owner?.cluster === cluster && owner.instanceId === instanceId;
}

function ownerIf(isOurs: boolean, { cluster, instanceId }: Owner): Owner | undefined {
  return isOurs ? { cluster, instanceId } : undefined;
}

function refused(reason: 'exists' | 'absent', message: string, cause?: unknown): CallError {
  return new CallError({ outcome: 'rejected', reason, message, cause });
}
