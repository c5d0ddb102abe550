import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError, isRejected } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import { partitionOf } from '../partition.ts';
import type { AwsSession } from '../session.ts';
import { makerOf } from './image-makers.ts';

const Inputs = z.strictObject({
  system: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  /** One image by its id, whoever has made it. Without it, the newest that the maker of the system publishes. */
  id: z.string().optional(),
});
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({ imageId: z.string(), name: z.string(), rootDevice: z.string() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * What machines boot from: the image that is named, or the newest of a system, looked up once and then pinned, so that tomorrow's machines are
 * like today's. What is ours is the choice; the image is its maker's, and nothing becomes of it when the choice goes.
 */
export const image = defineResource<AwsSession>()({
  kind: 'aws.ec2.image',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['system', 'architecture', 'id'],
  replaceOrder: 'create-first',
  stableOutputs: ['imageId', 'name', 'rootDevice'],
  idOf: ({ imageId }) => imageId,

  async observe(aws, { cluster, instanceId }, { last }) {
    if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
    return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
  },

  async create(aws, context, inputs) {
    if (inputs.id !== undefined) return outputsOf(await namedImage(aws, context, inputs.id, inputs));
    const images = await listImages(aws, context, inputs);
    const [newest] = images.toSorted((left, right) => dateOf(right).localeCompare(dateOf(left)));
    if (newest !== undefined) return outputsOf(newest);
    const { system, architecture } = inputs;
    const message = `There is no image of ${system} for ${architecture} in ${aws.region}.`;
    throw refused(message);
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

const ARCHITECTURES = { amd64: 'x86_64', arm64: 'arm64' } as const;

async function listImages(
  { ec2, region }: AwsSession,
  context: ResourceContext,
  { system, architecture }: Inputs,
): Promise<readonly Image[]> {
  const maker = makerOf(system);
  if (maker === undefined) return [];
  const { id: partition, title } = partitionOf(region);
  const account = maker.accounts[partition];
  if (account === undefined) {
    throw refused(
      `Who publishes images of ${system} in ${title} is not known here: choose another system, or name one by image.id.`,
    );
  }
  const Filters = [
    { Name: 'name', Values: [maker.nameFor(architecture)] },
    { Name: 'architecture', Values: [ARCHITECTURES[architecture]] },
    { Name: 'state', Values: ['available'] },
    { Name: 'root-device-type', Values: ['ebs'] },
  ];
  return everyPage(async (NextToken) => {
    const request = new DescribeImagesCommand({ Owners: [account], Filters, MaxResults: 1000, NextToken });
    const answer = await ec2.read(context, 'look for the newest image', request);
    return { items: answer.Images ?? [], next: answer.NextToken };
  });
}

/** Everything that machines would fail by is said before there are any. */
async function namedImage(
  aws: AwsSession,
  context: ResourceContext,
  id: string,
  { architecture }: Inputs,
): Promise<Image> {
  const found = await lookAtImage(aws, context, id);
  if (found === undefined) throw refused(`There is no image ${id} in ${aws.region} that this account may use.`);
  const { State, Architecture, RootDeviceType } = found;
  const wanted = ARCHITECTURES[architecture];
  if (Architecture !== wanted)
    throw refused(
      `The image ${id} is made for ${Architecture}, and the machines are to be ${architecture} (${wanted}).`,
    );
  if (State !== 'available') throw refused(`The image ${id} cannot be used now: it is ${State}.`);
  if (RootDeviceType === 'ebs') return found;
  throw refused(`The image ${id} does not start from an EBS disk, which is the only kind that is encrypted here.`);
}

async function lookAtImage({ ec2 }: AwsSession, context: ResourceContext, id: string): Promise<Image | undefined> {
  const request = new DescribeImagesCommand({ ImageIds: [id] });
  try {
    const { Images = [] } = await ec2.read(context, 'look at the image', request);
    return Images.find(({ ImageId }) => ImageId === id);
  } catch (error) {
    // An id that nobody was given is as little there as one that is written wrongly.
    if (isRejected(error, 'invalid')) return undefined;
    throw error;
  }
}

function refused(message: string): CallError {
  return new CallError({ outcome: 'rejected', reason: 'invalid', message });
}

/** Dates as EC2 writes them sort as text. */
function dateOf({ CreationDate = '' }: Image): string {
  return CreationDate;
}

function outputsOf({ ImageId, Name, RootDeviceName }: Image): Outputs {
  return {
    imageId: answered(ImageId, 'ImageId'),
    name: answered(Name, 'Name'),
    rootDevice: answered(RootDeviceName, 'RootDeviceName'),
  };
}
