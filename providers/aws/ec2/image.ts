import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import { ABSENT, defineResource, READY, type ResourceContext } from '#engine/resource.ts';
import { answered } from '../answers.ts';
import { everyPage } from '../every-page.ts';
import type { AwsSession } from '../session.ts';

const Inputs = z.strictObject({ system: z.string(), architecture: z.enum(['amd64', 'arm64']) });
type Inputs = Readonly<z.output<typeof Inputs>>;

const Outputs = z.strictObject({ imageId: z.string(), name: z.string(), rootDevice: z.string() });
type Outputs = Readonly<z.output<typeof Outputs>>;

/**
 * What machines boot from: the newest image of a system, looked up once and then pinned, so that tomorrow's machines are
 * like today's. What is ours is the choice; the image is its maker's, and nothing becomes of it when the choice goes.
 */
export const image = defineResource<AwsSession>()({
  kind: 'aws.ec2.image',
  inputs: Inputs,
  outputs: Outputs,
  identity: 'name',
  replaceOn: ['system', 'architecture'],
  replaceOrder: 'create-first',
  stableOutputs: ['imageId', 'name', 'rootDevice'],
  idOf: ({ imageId }) => imageId,

  async observe(aws, { cluster, instanceId }, { last }) {
    if (last === undefined || aws.dismissed.has(instanceId)) return ABSENT;
    return { state: 'present', outputs: last, owner: { cluster, instanceId }, condition: READY };
  },

  async create(aws, context, inputs) {
    const images = await listImages(aws, context, inputs);
    const [newest] = images.toSorted((left, right) => dateOf(right).localeCompare(dateOf(left)));
    if (newest !== undefined) return outputsOf(newest);
    const { system, architecture } = inputs;
    const message = `There is no image of ${system} for ${architecture} in ${aws.region}.`;
    throw new CallError({ outcome: 'rejected', reason: 'invalid', message });
  },

  async sync(_aws, _context, _inputs, observed) {
    return observed;
  },

  async destroy(aws, { instanceId }) {
    aws.dismissed.add(instanceId);
  },
});

interface Maker {
  /** The account that publishes the images: a name alone anybody can give. */
  readonly account: string;
  nameFor(architecture: Inputs['architecture']): string;
}

const DEBIAN = '136693071363';
const CANONICAL = '099720109477';

const MAKERS: ReadonlyMap<string, Maker> = new Map([
  ['debian-12', { account: DEBIAN, nameFor: (architecture) => `debian-12-${architecture}-*` }],
  ['debian-13', { account: DEBIAN, nameFor: (architecture) => `debian-13-${architecture}-*` }],
  [
    'ubuntu-24.04',
    {
      account: CANONICAL,
      nameFor: (architecture) => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${architecture}-server-*`,
    },
  ],
]);

const ARCHITECTURES = { amd64: 'x86_64', arm64: 'arm64' } as const;

async function listImages(
  { ec2 }: AwsSession,
  context: ResourceContext,
  { system, architecture }: Inputs,
): Promise<readonly Image[]> {
  const maker = MAKERS.get(system);
  if (maker === undefined) return [];
  const Filters = [
    { Name: 'name', Values: [maker.nameFor(architecture)] },
    { Name: 'architecture', Values: [ARCHITECTURES[architecture]] },
    { Name: 'state', Values: ['available'] },
    { Name: 'root-device-type', Values: ['ebs'] },
  ];
  return everyPage(async (NextToken) => {
    const request = new DescribeImagesCommand({ Owners: [maker.account], Filters, MaxResults: 1000, NextToken });
    const answer = await ec2.read(context, 'look for the newest image', request);
    return { items: answer.Images ?? [], next: answer.NextToken };
  });
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
