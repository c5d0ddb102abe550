import { z } from 'zod';
import type { Image } from '@aws-sdk/client-ec2';
import { Chance } from '../chance.ts';
import type { Tags } from '../objects.ts';
import { LISTING, listed, notFound } from './listing.ts';
import { ec2Operation, request } from './request.ts';

export interface MachineImage {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly state: 'available' | 'pending' | 'failed';
  readonly rootType: 'ebs' | 'instance-store';
  readonly isPublic: boolean;
  readonly rootDevice: string;
  readonly rootGiB: number;
  readonly createdOn: string;
  readonly tags: Tags;
}

const missingImage = notFound('InvalidAMIID.NotFound', 'image id');

export function findImage(region: string, id: string): MachineImage | undefined {
  return imagesOf(region).find((image) => image.id === id);
}

export const describeImages = ec2Operation({
  name: 'DescribeImages',
  input: request({
    ImageIds: z.array(z.string()).optional(),
    Owners: z.array(z.string()).optional(),
    ExecutableUsers: z.array(z.string()).optional(),
    IncludeDeprecated: z.boolean().optional(),
    IncludeDisabled: z.boolean().optional(),
    ...LISTING,
  }),
  run: (input, desk) => {
    const images = imagesOf(desk.region).filter(({ owner }) => input.Owners?.includes(owner) ?? true);
    const { items, nextToken } = listed(desk, images, {
      asked: input,
      ids: input.ImageIds,
      missing: missingImage,
      fields: {
        name: ({ name }) => [name],
        architecture: ({ architecture }) => [architecture],
        'image-id': ({ id }) => [id],
        'owner-id': ({ owner }) => [owner],
        state: ({ state }) => [state],
        'is-public': ({ isPublic }) => [String(isPublic)],
        'image-type': () => ['machine'],
        'virtualization-type': () => ['hvm'],
        'root-device-type': ({ rootType }) => [rootType],
        'ena-support': () => ['true'],
      },
    });
    return { Images: items.map(shownImage), NextToken: nextToken };
  },
});

function shownImage(image: MachineImage): Image {
  return {
    ImageId: image.id,
    Name: image.name,
    OwnerId: image.owner,
    Architecture: image.architecture,
    CreationDate: `${image.createdOn}T06:00:00.000Z`,
    State: image.state,
    Public: image.isPublic,
    ImageType: 'machine',
    VirtualizationType: 'hvm',
    RootDeviceType: image.rootType,
    RootDeviceName: image.rootDevice,
    EnaSupport: true,
    Hypervisor: 'xen',
    ImdsSupport: 'v2.0',
    BlockDeviceMappings: [
      {
        DeviceName: image.rootDevice,
        Ebs: { VolumeSize: image.rootGiB, VolumeType: 'gp3', DeleteOnTermination: true, Encrypted: false },
      },
    ],
  };
}

const DATES = ['2026-03-02', '2026-05-18', '2026-07-06'];
const ARCHITECTURES = [
  ['amd64', 'x86_64'],
  ['arm64', 'arm64'],
] as const;

interface Publisher {
  readonly owner: string;
  readonly rootDevice: string;
  nameOf(architecture: string, date: string): string;
}

const DEBIAN = { owner: '136693071363', rootDevice: '/dev/xvda' };
const CANONICAL = { owner: '099720109477', rootDevice: '/dev/sda1' };

const PUBLISHERS: readonly Publisher[] = [
  { ...DEBIAN, nameOf: (architecture, date) => `debian-12-${architecture}-${date}-1764` },
  { ...DEBIAN, nameOf: (architecture, date) => `debian-13-${architecture}-${date}-2181` },
  {
    ...CANONICAL,
    nameOf: (architecture, date) => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${architecture}-server-${date}`,
  },
];

const READY = { state: 'available', rootType: 'ebs' } as const;

const PUBLISHED: readonly Omit<MachineImage, 'id'>[] = PUBLISHERS.flatMap((publisher) =>
  ARCHITECTURES.flatMap(([spelling, architecture]) =>
    DATES.map((createdOn) => {
      const { owner, rootDevice } = publisher;
      const name = publisher.nameOf(spelling, createdOn.replaceAll('-', ''));
      return { name, owner, architecture, ...READY, isPublic: true, rootDevice, rootGiB: 8, createdOn, tags: {} };
    }),
  ),
);

const OWN = {
  ...READY,
  owner: '123456789012',
  isPublic: false,
  rootDevice: '/dev/xvda',
  rootGiB: 8,
  createdOn: '2026-06-01',
  tags: {},
};

/** Those that the account has made for itself, not all of them with success. */
const OWN_IMAGES: readonly Omit<MachineImage, 'id'>[] = [
  { ...OWN, name: 'own-debian-13-amd64', architecture: 'x86_64' },
  { ...OWN, name: 'own-debian-13-arm64', architecture: 'arm64' },
  { ...OWN, name: 'own-being-made', architecture: 'x86_64', state: 'pending' },
  { ...OWN, name: 'own-without-disk', architecture: 'x86_64', rootType: 'instance-store' },
];

const IMAGES = [...PUBLISHED, ...OWN_IMAGES];

/** An image has another id in every region. */
function imagesOf(region: string): readonly MachineImage[] {
  return IMAGES.map((image) => ({ ...image, id: `ami-0${Chance.of('image', region, image.name).hex(16)}` }));
}
