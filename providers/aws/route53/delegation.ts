import { ListResourceRecordSetsCommand, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { sameValue } from '#std/same-value.ts';
import { unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { absoluteName } from './record-sets.ts';

const TTL_SECONDS = 300;

const Inputs = z.strictObject({
  /** Empty: the account has no zone above, and there is nothing to write. */
  parentZoneId: z.string(),
  domain: z.string(),
  /** Those of the cluster's own zone: no other zone of this name has the same. */
  nameServers: z.array(z.string()).readonly(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;
/** Absolute and in order. */
type Outputs = Inputs;

/**
 * The record in the zone above that leads to the cluster's own zone. Whose it is its values say:
 *
 * | the record in the zone above names          | then it is                                    |
 * |---------------------------------------------|-----------------------------------------------|
 * | the servers of the cluster's zone           | ours, whoever wrote it                        |
 * | those that the state remembers              | ours, and led to an earlier zone              |
 * | any other                                   | somebody's: ours is gone, and theirs stays    |
 */
export const delegation = defineResource<AwsSession>()({
  kind: 'aws.route53.delegation',
  inputs: Inputs,
  outputs: Inputs,
  identity: 'name',
  replaceOn: ['parentZoneId', 'domain'],
  replaceOrder: 'create-first',
  stableOutputs: ['parentZoneId', 'domain'],
  bearsNoMark: true,
  idOf: ({ parentZoneId, domain }) => (parentZoneId === '' ? `${domain}, by hand` : `NS ${domain} in ${parentZoneId}`),

  async observe(aws, context, { inputs, last }) {
    const { cluster, instanceId } = context;
    const { parentZoneId, domain } = inputs;
    const own = { cluster, instanceId };
    if (parentZoneId === '') {
      if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
      return { state: 'present', outputs: last, owner: own, condition: READY };
    }
    const found = await find(aws, context, inputs);
    if (found === undefined) return ABSENT;
    const nameServers = serversIn(found);
    const isOurs = [wantedOf(inputs).nameServers, last?.nameServers].some((known) => sameValue(known, nameServers));
    // Ours is gone: whoever put another in its place has it, and that is no reason not to delete a cluster.
    if (!isOurs && last !== undefined) return ABSENT;
    const outputs = { parentZoneId, domain, nameServers };
    return { state: 'present', outputs, owner: isOurs ? own : undefined, condition: READY };
  },

  async create(aws, context, inputs) {
    const wanted = wantedOf(inputs);
    if (inputs.parentZoneId === '') return wanted;
    try {
      const change = { Action: 'CREATE', ResourceRecordSet: toSent(wanted) } as const;
      await aws.recordBatches.change(context, inputs.parentZoneId, [change]);
    } catch (error) {
      // Route 53 has one name for all that may be wrong with a change; that the record exists a look tells.
      const found = isRejected(error, 'invalid') ? await find(aws, context, inputs) : undefined;
      if (found === undefined) throw error;
      const message = `The zone above (${inputs.parentZoneId}) leads ${inputs.domain} to ${serversIn(found).join(' ')} already.`;
      throw new CallError({ outcome: 'rejected', reason: 'exists', message, cause: error });
    }
    return wanted;
  },

  async sync(aws, context, inputs, observed) {
    const wanted = wantedOf(inputs);
    if (inputs.parentZoneId === '' || sameValue(wanted, observed)) return wanted;
    const change = { Action: 'UPSERT', ResourceRecordSet: toSent(wanted) } as const;
    await aws.recordBatches.change(context, inputs.parentZoneId, [change]);
    return wanted;
  },

  async destroy(aws, context, observed) {
    const { parentZoneId, domain, nameServers } = observed;
    aws.dismissed.add(context.instanceId);
    if (parentZoneId === '') return;
    const found = await find(aws, context, observed);
    if (found === undefined || !sameValue(serversIn(found), nameServers)) throw gone(domain);
    try {
      await aws.recordBatches.change(context, parentZoneId, [{ Action: 'DELETE', ResourceRecordSet: found }]);
    } catch (error) {
      if (!isRejected(error, 'invalid')) throw error;
      throw gone(domain, error);
    }
  },
});

/** What leads to a name by now; of the zone, which may be large, nothing else is asked. */
export async function find(
  { route53 }: Pick<AwsSession, 'route53'>,
  context: Pick<ResourceContext, 'read'>,
  { parentZoneId: HostedZoneId, domain }: Pick<Inputs, 'parentZoneId' | 'domain'>,
): Promise<ResourceRecordSet | undefined> {
  const start = { StartRecordName: absoluteName(domain), StartRecordType: 'NS', MaxItems: 1 } as const;
  const command = new ListResourceRecordSetsCommand({ HostedZoneId, ...start });
  const page = await unlessAbsent(route53.read(context, 'look who leads to the domain', command));
  return page?.ResourceRecordSets?.find(
    ({ Name = '', Type }) => Type === 'NS' && absoluteName(Name) === absoluteName(domain),
  );
}

export function serversIn({ ResourceRecords = [] }: ResourceRecordSet): readonly string[] {
  return ResourceRecords.flatMap(({ Value }) => (Value === undefined ? [] : [absoluteName(Value)])).toSorted();
}

function wantedOf({ parentZoneId, domain, nameServers }: Inputs): Outputs {
  return { parentZoneId, domain, nameServers: nameServers.map(absoluteName).toSorted() };
}

function toSent({ domain, nameServers }: Outputs): ResourceRecordSet {
  const ResourceRecords = nameServers.map((Value) => ({ Value }));
  return { Name: absoluteName(domain), Type: 'NS', TTL: TTL_SECONDS, ResourceRecords };
}

function gone(domain: string, cause?: unknown): CallError {
  const message = `What leads to ${domain} is not what this cluster wrote.`;
  return new CallError({ outcome: 'rejected', reason: 'absent', message, cause });
}
