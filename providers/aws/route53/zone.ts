import {
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  type HostedZone,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { z } from 'zod';
import { ABSENT, READY, type ResourceContext } from '#engine/resource.ts';
import type { MarkedObject } from '#provider/provider-module.ts';
import { mapLimit } from '#std/map-limit.ts';
import { sameValue } from '#std/same-value.ts';
import { answered, unlessAbsent } from '../answers.ts';
import type { AwsSession } from '../session.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerMarks, ownerOf, type Tag, TAGS } from '../tags.ts';
import { absoluteName } from './record-sets.ts';
import { privateTo, sightOf } from './private-sight.ts';
import { callerReference, markedZones, zoneIdOf } from './zones.ts';

const RECORDS_AT_ONCE = 1_000;

const Inputs = z.strictObject({
  domain: z.string(),
  /** The only network that sees it. Without one, everybody does. */
  vpcId: z.string().optional(),
  ...TAGS,
});

const Outputs = z.strictObject({
  zoneId: z.string(),
  domain: z.string(),
  /** To be named by whoever runs the domain above; none for a zone that only its network sees. */
  nameServers: z.array(z.string()).readonly(),
  isTagged: z.boolean(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;

const retagZone: Retag<Pick<Outputs, 'zoneId'>> = async ({ route53 }, context, { zoneId }, { put, drop }) => {
  const command = new ChangeTagsForResourceCommand({
    ResourceType: 'hostedzone',
    ResourceId: zoneId,
    ...(put.length > 0 ? { AddTags: [...put] } : {}),
    ...(drop.length > 0 ? { RemoveTagKeys: [...drop] } : {}),
  });
  await route53.mutate(context, 'tag the zone', command);
};

/**
 * A DNS zone. A repeated request is refused as existing, also when the first was answered by nobody: the engine then looks
 * for the zone, and finds it by the reference that it was made with.
 */
export const route53Zone = tagged(retagZone, {
  kind: 'aws.route53.zone',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'token',
  replaceOn: ['domain', 'vpcId'],
  replaceOrder: 'create-first',
  stableOutputs: ['zoneId', 'domain', 'nameServers'],
  idOf: ({ zoneId }) => zoneId,

  async observe(aws, context, { inputs: { vpcId }, last }) {
    const zoneId = last?.zoneId ?? (await findZone(aws, context));
    if (zoneId === undefined) return ABSENT;
    const [seen, tags, condition] = await Promise.all([
      aws.zones.look(context, zoneId),
      readTags(aws, context, zoneId),
      vpcId === undefined ? READY : sightOf(aws, context, vpcId),
    ]);
    if (seen === undefined) return ABSENT;
    const { zone, nameServers, owner } = seen;
    const { cluster, instanceId } = context;
    const isTagged = sameValue(ownerOf(tags), { cluster, instanceId });
    return { state: 'present', outputs: outputsOf(zone, nameServers, isTagged), owner, condition, tags };
  },

  async create(aws, context, { domain: Name, vpcId }) {
    const CallerReference = callerReference(context);
    const sight = vpcId === undefined ? {} : privateTo(aws, vpcId);
    const command = new CreateHostedZoneCommand({ Name, CallerReference, ...sight });
    const { HostedZone: made, DelegationSet } = await aws.route53.mutate(context, 'create the zone', command);
    return outputsOf(answered(made, 'HostedZone'), DelegationSet?.NameServers ?? [], false);
  },

  async sync({ route53 }, context, _inputs, observed) {
    if (observed.isTagged) return observed;
    const place = { ResourceType: 'hostedzone', ResourceId: observed.zoneId } as const;
    const command = new ChangeTagsForResourceCommand({ ...place, AddTags: ownerMarks(context) });
    await route53.mutate(context, 'tag the zone', command);
    return { ...observed, isTagged: true };
  },

  async destroy(aws, context, outputs) {
    await emptyZone(aws, context, outputs);
    await aws.route53.remove(context, 'delete the zone', new DeleteHostedZoneCommand({ Id: outputs.zoneId }));
  },

  async list(aws, context) {
    const zones = await markedZones(aws, context);
    return zones.map(({ owner, zone }) => ({ owner, outputs: outputsOf(zone, [], false) }));
  },
});

/** For the proof of zero. */
export async function markedZoneObjects(
  aws: Pick<AwsSession, 'route53'>,
  context: Parameters<typeof markedZones>[1],
): Promise<readonly MarkedObject[]> {
  const zones = await markedZones(aws, context);
  return zones.map(({ zone }) => ({ kind: 'aws.route53.zone', id: zoneIdOf(zone) }));
}

async function findZone(aws: AwsSession, context: ResourceContext): Promise<string | undefined> {
  const zones = await markedZones(aws, context);
  const found = zones.find(({ owner }) => owner.instanceId === context.instanceId);
  return found === undefined ? undefined : zoneIdOf(found.zone);
}

/** They prove nothing here; they are for people, and for tools that look for tags. */
async function readTags(
  { route53 }: AwsSession,
  context: ResourceContext,
  ResourceId: string,
): Promise<readonly Tag[]> {
  const command = new ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId });
  const seen = await unlessAbsent(route53.read(context, 'read the tags of the zone', command));
  return seen?.ResourceTagSet?.Tags ?? [];
}

/** What others put into the zone hinders its deletion, and goes with it. */
async function emptyZone(aws: AwsSession, context: ResourceContext, { zoneId, domain }: Outputs): Promise<void> {
  const records = await aws.zones.recordsOf(context, zoneId);
  const removable = records.filter((record) => !belongsToZone(record, domain));
  await mapLimit(removable, RECORDS_AT_ONCE, (ResourceRecordSet) =>
    unlessAbsent(aws.recordBatches.change(context, zoneId, [{ Action: 'DELETE', ResourceRecordSet }])),
  );
}

/** The two record sets that a zone is made with and cannot be without. */
function belongsToZone({ Name = '', Type }: ResourceRecordSet, domain: string): boolean {
  return absoluteName(Name) === absoluteName(domain) && (Type === 'NS' || Type === 'SOA');
}

function outputsOf(zone: HostedZone, nameServers: readonly string[], isTagged: boolean): Outputs {
  const domain = absoluteName(answered(zone.Name, 'Name')).slice(0, -1);
  return { zoneId: zoneIdOf(zone), domain, nameServers: nameServers.toSorted(), isTagged };
}
