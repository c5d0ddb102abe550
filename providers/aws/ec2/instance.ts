import { type Instance, ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { ABSENT, type Owner, type ResourceContext } from '#engine/resource.ts';
import { canonicalJson } from '#std/canonical-json.ts';
import { sha256Base32 } from '#std/hash.ts';
import { sameValue } from '#std/same-value.ts';
import { LETTER, PROTOCOL_FORMAT } from '#host/protocol.ts';
import { answered, unlessExists } from '../answers.ts';
import { removeBox } from '../s3/remove-box.ts';
import type { AwsSession } from '../session.ts';
import { type Retag, tagged } from '../tagged.ts';
import { ownerOfMember, TAGS } from '../tags.ts';
import { keepsDataDisks, syncDataKeeping } from './data-keeping.ts';
import { firstWords } from './first-words.ts';
import { DATA_DISKS_MAX, launchRequest, variantOf } from './launch-request.ts';
import { conditionOf } from './machine-condition.ts';
import { giveProfile } from './machine-profile.ts';
import { isAlive } from './machine-presence.ts';
import { launchedAsSpot } from './spot.ts';

const Inputs = z.strictObject({
  /** For people: the same for all machines that may share a launch. */
  name: z.string(),
  imageId: z.string(),
  rootDevice: z.string(),
  /** Where it may stand, in the order of preference. */
  places: z
    .array(z.strictObject({ zone: z.string(), subnetId: z.string() }))
    .min(1)
    .readonly(),
  /** In the order of preference. */
  types: z.array(z.string()).min(1).readonly(),
  securityGroupIds: z.array(z.string()).min(1).readonly(),
  keyName: z.string().optional(),
  /** The name of the instance profile that gives it its role. */
  profile: z.string(),
  /** Its id: one that was made anew has another, and the machine still that of the old one. */
  profileId: z.string(),
  systemDiskGiB: z.int().positive(),
  dataDisksGiB: z.array(z.int().positive()).max(DATA_DISKS_MAX).readonly(),
  /** Tells which cluster it is for, and where that has its letters. */
  stub: z.string(),
  /** From this follows what it makes keys for, to ask for certificates. */
  role: z.string(),
  /** It costs much less, and may be taken back at any time. */
  isSpot: z.literal(true).optional(),
  /** Its data disks stay when it goes. */
  keepsData: z.literal(true).optional(),
  ...TAGS,
});
export type InstanceInputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({
  /** Also the name of its mailbox: the machine can ask for it. */
  instanceId: z.string(),
  zone: z.string(),
  type: z.string(),
  imageId: z.string(),
  privateAddress: z.string(),
  /** As of its last change; empty while it has none. Where it matters, a resource of its own follows it. */
  publicAddress: z.string(),
  securityGroupIds: z.array(z.string()).readonly(),
  /** Empty: it has no role yet. */
  profileId: z.string(),
  keepsData: z.literal(true).optional(),
  ...TAGS,
});
type Outputs = Readonly<z.output<typeof Outputs>>;

/** The machine and its disks: who pays for one pays for the other. */
const retagMachine: Retag<Pick<Outputs, 'instanceId'>> = async (aws, context, { instanceId }, change) => {
  const found = await aws.listings.instances.findById(context, instanceId);
  const disks = (found?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []);
  await aws.taggings.change(context, { ids: [instanceId, ...disks], change });
};

/** A machine with its disks, launched in one request with the others of its lot. It is ready when it has said hello. */
export const instance = tagged(retagMachine, {
  kind: 'aws.ec2.instance',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'token',
  // A key is for new machines: those that stand keep the one they were launched with.
  replaceOn: ['name', 'imageId', 'rootDevice', 'systemDiskGiB', 'dataDisksGiB', 'stub', 'role', 'isSpot'],
  replaceOrder: 'create-first',
  // A machine can be neither moved nor turned into another type.
  cannotBecome: ({ zone, type }, { places, types }) => [
    ...(types.includes(type) ? [] : ['types' as const]),
    ...(places.some((place) => place.zone === zone) ? [] : ['places' as const]),
  ],
  // A fixed address takes its place, and every stop ends it.
  ignoreDriftOf: ['publicAddress'],
  stableOutputs: ['instanceId', 'zone', 'type', 'imageId', 'privateAddress'],
  idOf: ({ instanceId }) => instanceId,

  variants: variantsOf,
  lotOf: (inputs) => sha256Base32(canonicalJson(inputs)),

  async observe(aws, context, { inputs, last }) {
    const found = await findInstance(aws, context, last?.instanceId);
    if (found === undefined) return ABSENT;
    const keeping = keepsDataDisks(found, inputs) ? ({ keepsData: true } as const) : {};
    const outputs = { ...outputsOf(found), ...keeping };
    const condition = await conditionOf(aws, context, { found, mailbox: outputs.instanceId });
    return condition === 'gone'
      ? ABSENT
      : { state: 'present', outputs, owner: ownerOf(found), condition, tags: found.Tags };
  },

  async create(aws, context, inputs) {
    const request = launchRequest(context, inputs, aws.userDataOf(firstWords(inputs)));
    const launch = aws.launches.once(context.token, () => aws.ec2.mutate(context, 'launch the machines', request));
    const attempt = { variant: context.variant, variants: variantsOf(inputs) };
    const { Instances } = await (inputs.isSpot === true ? launchedAsSpot(launch, attempt) : launch);
    const index = context.lot.indexOf(context.instanceId);
    const made = Instances?.find(({ AmiLaunchIndex }) => AmiLaunchIndex === index);
    return outputsOf(answered(made, `machine ${index} of the launch`));
  },

  async sync(aws, context, inputs, observed) {
    const { profile, profileId } = inputs;
    if (profileId !== observed.profileId) {
      const { instanceId } = observed;
      await giveProfile(aws, context, { instanceId, profile, hasAnother: observed.profileId !== '' });
      return { ...observed, profileId };
    }
    const Groups = inputs.securityGroupIds.toSorted();
    if (sameValue(Groups, observed.securityGroupIds)) {
      const { keepsData: _before, ...others } = observed;
      return { ...others, ...(await syncDataKeeping(aws, context, inputs, observed)) };
    }
    const request = new ModifyInstanceAttributeCommand({ InstanceId: observed.instanceId, Groups });
    await aws.ec2.mutate(context, 'set the firewalls of the machine', request);
    return { ...observed, securityGroupIds: Groups };
  },

  async giveUp({ mailbox }, context, { instanceId: box }) {
    const body = JSON.stringify({ format: PROTOCOL_FORMAT, box });
    await unlessExists(mailbox.write(context, box, { name: LETTER.givenUp, body }));
  },

  async destroy(aws, context, { instanceId }) {
    await aws.terminations.end(context, instanceId);
    aws.dismissed.add(context.instanceId);
    await removeBox(aws, context, instanceId);
  },

  async list(aws, context) {
    const all = await aws.listings.instances.ofCluster(context);
    return all.filter(isAlive).flatMap((found) => {
      const owner = ownerOf(found);
      return owner === undefined ? [] : [{ owner, outputs: outputsOf(found) }];
    });
  },
});

function variantsOf({ places, types }: InstanceInputs): readonly string[] {
  return places.flatMap(({ zone }) => types.map((type) => variantOf(zone, type)));
}

async function findInstance(
  { listings }: AwsSession,
  context: ResourceContext,
  id: string | undefined,
): Promise<Instance | undefined> {
  if (id !== undefined) return listings.instances.findById(context, id);
  const marked = await listings.instances.ofCluster(context);
  const own = marked.filter((found) => ownerOf(found)?.instanceId === context.instanceId);
  return own.find(isAlive) ?? own[0];
}

/** Members of a lot carry the marks of all; which is its own a machine's place in the launch tells. */
function ownerOf({ Tags, AmiLaunchIndex = 0 }: Instance): Owner | undefined {
  return ownerOfMember(Tags, AmiLaunchIndex);
}

function outputsOf(found: Instance): Outputs {
  return {
    instanceId: answered(found.InstanceId, 'InstanceId'),
    zone: answered(found.Placement?.AvailabilityZone, 'AvailabilityZone'),
    type: answered(found.InstanceType, 'InstanceType'),
    imageId: answered(found.ImageId, 'ImageId'),
    privateAddress: found.PrivateIpAddress ?? '',
    publicAddress: found.PublicIpAddress ?? '',
    securityGroupIds: (found.SecurityGroups ?? []).map(({ GroupId }) => answered(GroupId, 'GroupId')).toSorted(),
    profileId: found.IamInstanceProfile?.Id ?? '',
  };
}
