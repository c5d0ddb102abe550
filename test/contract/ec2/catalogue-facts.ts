import {
  DeleteKeyPairCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '#providers/aws/clients.ts';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { docs, EC2_ERRORS, EC2_FILTERS, EC2_PAGES, ec2Api, issue } from '../sources.ts';
import { DEBIAN, imageId, makeGateway, makeSubnet, makeVpc, NOWHERE, tagged } from './scenery.ts';

type Ec2 = Pick<AwsClients, 'ec2'>;

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvb3RzdHJhcCBib290c3RyYXAgYm9vdHN0cmFwIGFi operator';

async function importKey({ ec2 }: Ec2, text = PUBLIC_KEY): Promise<string> {
  const PublicKeyMaterial = new TextEncoder().encode(text);
  const TagSpecifications = tagged('key-pair', { 'bootstrap:cluster': 'c1' });
  return refusalOf(ec2.send(new ImportKeyPairCommand({ KeyName: 'operator', PublicKeyMaterial, TagSpecifications })));
}

const keys = factsOf('ec2', {
  'key-imported': {
    fact: 'An imported key is found by its name and by its tag.',
    source: ec2Api('ImportKeyPair'),
    run: async (aws) => {
      await importKey(aws);
      const find = async (Name: string, value: string) => {
        const command = new DescribeKeyPairsCommand({ Filters: [{ Name, Values: [value] }] });
        return (await aws.ec2.send(command)).KeyPairs?.map(({ KeyName }) => KeyName);
      };
      return [await find('key-name', 'operator'), await find('tag:bootstrap:cluster', 'c1')];
    },
    holds: [['operator'], ['operator']],
  },
  'key-by-id': {
    fact: 'A key is found by the filter key-pair-id.',
    source: ec2Api('DescribeKeyPairs'),
    run: async (aws) => {
      await importKey(aws);
      const { KeyPairs } = await aws.ec2.send(new DescribeKeyPairsCommand({ KeyNames: ['operator'] }));
      const Filters = [{ Name: 'key-pair-id', Values: [KeyPairs?.[0]?.KeyPairId ?? ''] }];
      return (await aws.ec2.send(new DescribeKeyPairsCommand({ Filters }))).KeyPairs?.map(({ KeyName }) => KeyName);
    },
    holds: ['operator'],
  },
  'key-duplicate': {
    fact: 'The name of a key is taken once: InvalidKeyPair.Duplicate.',
    source: EC2_ERRORS,
    run: async (aws) => [await importKey(aws), await importKey(aws)],
    holds: ['accepted', 'InvalidKeyPair.Duplicate 400'],
  },
  'key-malformed': {
    fact: 'What is no key is InvalidKey.Format.',
    source: EC2_ERRORS,
    run: (aws) => importKey(aws, 'no key at all'),
    holds: 'InvalidKey.Format 400',
  },
  'key-missing': {
    fact: 'A name that is not there is InvalidKeyPair.NotFound.',
    source: EC2_ERRORS,
    run: ({ ec2 }) => refusalOf(ec2.send(new DescribeKeyPairsCommand({ KeyNames: ['nobody'] }))),
    holds: 'InvalidKeyPair.NotFound 400',
  },
  'key-deleted-twice': {
    fact: 'Deleting a key that is not there succeeds.',
    source: ec2Api('DeleteKeyPair'),
    run: async (aws) => {
      await importKey(aws);
      const remove = () => refusalOf(aws.ec2.send(new DeleteKeyPairCommand({ KeyName: 'operator' })));
      return [await remove(), await remove()];
    },
    holds: ['accepted', 'accepted'],
  },
});

async function imagesBy({ ec2 }: Ec2, ...filters: readonly (readonly [string, string])[]) {
  const Filters = filters.map(([Name, value]) => ({ Name, Values: [value] }));
  return (await ec2.send(new DescribeImagesCommand({ Owners: [DEBIAN], Filters }))).Images ?? [];
}

const images = factsOf('ec2', {
  'image-by-name': {
    fact: 'Images are found by owner, a name with a star, architecture, state and root device type.',
    source: docs('AWSEC2/latest/UserGuide/finding-an-ami.html'),
    run: async (aws) => {
      const found = await imagesBy(
        aws,
        ['name', 'debian-13-amd64-*'],
        ['architecture', 'x86_64'],
        ['state', 'available'],
        ['root-device-type', 'ebs'],
      );
      return [found.length > 0, found.every(({ Name }) => Name?.startsWith('debian-13-amd64-') === true)];
    },
    holds: [true, true],
  },
  'image-described': {
    fact: 'An image has a root device, an owner, and a date that sorts as text.',
    source: ec2Api('Image'),
    run: async (aws) => {
      const [image] = await imagesBy(aws, ['name', 'debian-13-arm64-*']);
      const isDated = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(image?.CreationDate ?? '');
      return [image?.RootDeviceName, image?.OwnerId, image?.Architecture, isDated];
    },
    holds: ['/dev/xvda', DEBIAN, 'arm64', true],
  },
  'image-missing': {
    fact: 'An image that is not there is InvalidAMIID.NotFound.',
    source: EC2_ERRORS,
    run: ({ ec2 }) => refusalOf(ec2.send(new DescribeImagesCommand({ ImageIds: [`ami-${NOWHERE}`] }))),
    holds: 'InvalidAMIID.NotFound 400',
  },
  'image-none': {
    fact: 'A name that nothing has gives an empty listing.',
    source: ec2Api('DescribeImages'),
    run: (aws) => imagesBy(aws, ['name', 'debian-99-*']),
    holds: [],
  },
  'image-paged': {
    fact: 'Images may be asked for with MaxResults; without a token there is no further page.',
    source: ec2Api('DescribeImages'),
    run: async ({ ec2 }) => {
      const asked = { Owners: [DEBIAN], MaxResults: 1_000 };
      return (await ec2.send(new DescribeImagesCommand(asked))).NextToken;
    },
    holds: undefined,
  },
  'image-wanted': {
    fact: 'The image of a launch exists by its id.',
    source: ec2Api('DescribeImages'),
    run: async (aws) => {
      const ImageIds = [await imageId(aws)];
      return (await aws.ec2.send(new DescribeImagesCommand({ ImageIds }))).Images?.length;
    },
    holds: 1,
  },
});

const places = factsOf('ec2', {
  'zones-named': {
    fact: 'Zones have a name, an id, a region and a state.',
    source: ec2Api('AvailabilityZone'),
    run: async ({ ec2 }) => {
      const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
      const zone = AvailabilityZones?.find(({ ZoneName }) => ZoneName === 'eu-west-3a');
      return [zone?.ZoneId?.startsWith('euw3-az'), zone?.RegionName, zone?.State];
    },
    holds: [true, 'eu-west-3', 'available'],
  },
  'offerings-by-zone': {
    fact: 'Which zones have a type is asked by location type and instance type.',
    source: ec2Api('DescribeInstanceTypeOfferings'),
    run: async ({ ec2 }) => {
      const Filters = [{ Name: 'instance-type', Values: ['m6i.large'] }];
      const asked = { LocationType: 'availability-zone', Filters } as const;
      const { InstanceTypeOfferings = [] } = await ec2.send(new DescribeInstanceTypeOfferingsCommand(asked));
      return InstanceTypeOfferings.map(({ Location = '' }) => Location).toSorted();
    },
    holds: ['eu-west-3a', 'eu-west-3b', 'eu-west-3c'],
  },
});

const listings = factsOf('ec2', {
  'filters-narrow': {
    fact: 'Filters narrow each other; their values are alternatives.',
    source: EC2_FILTERS,
    run: async (aws) => {
      const vpcId = await makeVpc(aws);
      for (const third of [1, 2, 3]) await makeSubnet(aws, vpcId, `10.20.${third}.0/24`);
      const Filters = [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'cidr-block', Values: ['10.20.1.0/24', '10.20.3.0/24', '10.20.9.0/24'] },
      ];
      const { Subnets = [] } = await aws.ec2.send(new DescribeSubnetsCommand({ Filters }));
      return Subnets.map(({ CidrBlock = '' }) => CidrBlock).toSorted();
    },
    holds: ['10.20.1.0/24', '10.20.3.0/24'],
  },
  'filter-star': {
    fact: 'A star in the value of a filter stands for anything.',
    source: EC2_FILTERS,
    run: async ({ ec2 }) => {
      const found = await imagesBy({ ec2 }, ['name', 'debian-13-a*64-*']);
      return [...new Set(found.map(({ Architecture }) => String(Architecture)))].toSorted();
    },
    holds: ['arm64', 'x86_64'],
  },
  'filter-unknown': {
    fact: 'A filter of a name that does not exist is InvalidParameterValue.',
    source: EC2_FILTERS,
    run: ({ ec2 }) => {
      const Filters = [{ Name: 'no-such-filter', Values: ['x'] }];
      return refusalOf(ec2.send(new DescribeVpcsCommand({ Filters })));
    },
    holds: 'InvalidParameterValue 400',
  },
  'page-size': {
    fact: 'A page size under five is InvalidParameterValue.',
    source: EC2_PAGES,
    run: ({ ec2 }) => refusalOf(ec2.send(new DescribeSubnetsCommand({ MaxResults: 4 }))),
    holds: 'InvalidParameterValue 400',
  },
  'page-and-ids': {
    fact: 'A page size beside a list of ids is InvalidParameterCombination.',
    source: issue('yuuki/grabeni#7'),
    run: async (aws) => {
      const InternetGatewayIds = [await makeGateway(aws)];
      return refusalOf(aws.ec2.send(new DescribeInternetGatewaysCommand({ InternetGatewayIds, MaxResults: 5 })));
    },
    holds: 'InvalidParameterCombination 400',
  },
  'page-after-page': {
    fact: 'A listing goes on after a page by its token, and nothing is missed or told twice.',
    source: EC2_PAGES,
    run: async (aws) => {
      const VpcId = await makeVpc(aws);
      for (let third = 1; third <= 12; third += 1) await makeSubnet(aws, VpcId, `10.20.${third}.0/24`);
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
      const blocks: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await aws.ec2.send(new DescribeSubnetsCommand({ Filters, MaxResults: 5, NextToken }));
        blocks.push(...(page.Subnets ?? []).map(({ CidrBlock }) => CidrBlock));
        ({ NextToken } = page);
      } while (NextToken !== undefined);
      return [blocks.length, new Set(blocks).size];
    },
    holds: [12, 12],
  },
  'page-of-five': {
    fact: 'A page holds no more than asked for, and a token while more follow.',
    source: EC2_PAGES,
    run: async (aws) => {
      const VpcId = await makeVpc(aws);
      for (let third = 1; third <= 7; third += 1) await makeSubnet(aws, VpcId, `10.20.${third}.0/24`);
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
      const page = await aws.ec2.send(new DescribeSubnetsCommand({ Filters, MaxResults: 5 }));
      return [page.Subnets?.length, typeof page.NextToken];
    },
    holds: [5, 'string'],
  },
  'page-token-unknown': {
    fact: 'A token that was not given is InvalidPaginationToken or InvalidNextToken.',
    source: EC2_ERRORS,
    run: async ({ ec2 }) => {
      const refusal = await refusalOf(ec2.send(new DescribeSubnetsCommand({ NextToken: 'made-up', MaxResults: 5 })));
      return ['InvalidPaginationToken 400', 'InvalidNextToken 400'].includes(refusal);
    },
    holds: true,
  },
});

export const catalogueFacts = [...keys, ...images, ...places, ...listings];
