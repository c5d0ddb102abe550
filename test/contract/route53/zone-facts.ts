import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import {
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-route-53';
import { factsOf } from '../fact.ts';
import { refusalOf } from '../refusal.ts';
import { DNS_NAMES, docs, route53Api } from '../sources.ts';
import { DOMAIN, MISSING, NO_ZONE, makeZone, a, change, apply, deleteZone } from './scenery.ts';

export const zoneFacts = factsOf('route53', {
  'zone-made': {
    fact: 'A zone is made with an absolute name, its caller reference, an id with a prefix, and four name servers.',
    source: route53Api('CreateHostedZone'),
    run: async ({ route53 }) => {
      const asked = { Name: DOMAIN, CallerReference: 'bootstrap:c1:i1' };
      const { HostedZone, DelegationSet } = await route53.send(new CreateHostedZoneCommand(asked));
      const isId = /^\/hostedzone\/[A-Z0-9]{1,32}$/.test(HostedZone?.Id ?? '');
      return [HostedZone?.Name, HostedZone?.CallerReference, isId, DelegationSet?.NameServers?.length];
    },
    holds: ['blog.example.com.', 'bootstrap:c1:i1', true, 4],
  },
  'zone-case': {
    fact: 'The name of a zone is kept in small letters.',
    source: DNS_NAMES,
    run: async (aws) => {
      const Id = await makeZone(aws, 'zone-of-a-fact', 'Blog.Example.com');
      return (await aws.route53.send(new GetHostedZoneCommand({ Id }))).HostedZone?.Name;
    },
    holds: `${DOMAIN}.`,
  },
  'zone-reference': {
    fact: 'A caller reference makes one zone: again it is HostedZoneAlreadyExists 409.',
    source: route53Api('CreateHostedZone'),
    run: async (aws) => {
      await makeZone(aws);
      return refusalOf(makeZone(aws));
    },
    holds: 'HostedZoneAlreadyExists 409',
  },
  'zone-same-name': {
    fact: 'Two zones may have one name.',
    source: route53Api('CreateHostedZone'),
    run: async (aws) => (await makeZone(aws, 'first')) === (await makeZone(aws, 'second')),
    holds: false,
  },
  'zone-looked-at': {
    fact: 'GetHostedZone tells the caller reference and the name servers.',
    source: route53Api('GetHostedZone'),
    run: async (aws) => {
      const Id = await makeZone(aws, 'bootstrap:c1:i1');
      const { HostedZone, DelegationSet } = await aws.route53.send(new GetHostedZoneCommand({ Id }));
      return [HostedZone?.CallerReference, DelegationSet?.NameServers?.length, HostedZone?.Config?.PrivateZone];
    },
    holds: ['bootstrap:c1:i1', 4, false],
  },
  'zone-id-prefix': {
    fact: 'An id is taken with and without /hostedzone/.',
    source: route53Api('GetHostedZone'),
    run: async (aws) => {
      const id = await makeZone(aws);
      return refusalOf(aws.route53.send(new GetHostedZoneCommand({ Id: `/hostedzone/${id}` })));
    },
    holds: 'accepted',
  },
  'zone-missing': {
    fact: 'A zone that is not there is NoSuchHostedZone 404.',
    source: route53Api('GetHostedZone'),
    run: ({ route53 }) => refusalOf(route53.send(new GetHostedZoneCommand({ Id: NO_ZONE }))),
    holds: MISSING,
  },
  'zone-missing-deleted': {
    fact: 'Deleting a zone that is not there is NoSuchHostedZone 404.',
    source: route53Api('DeleteHostedZone'),
    run: (aws) => deleteZone(aws, NO_ZONE),
    holds: MISSING,
  },
  'zone-missing-records': {
    fact: 'The records of a zone that is not there are NoSuchHostedZone 404.',
    source: route53Api('ListResourceRecordSets'),
    run: ({ route53 }) => refusalOf(route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: NO_ZONE }))),
    holds: MISSING,
  },
  'zone-name-malformed': {
    fact: 'What is no name is InvalidDomainName.',
    source: DNS_NAMES,
    run: (aws) => refusalOf(makeZone(aws, 'zone-of-a-fact', 'no..name')),
    holds: 'InvalidDomainName 400',
  },
  'zone-own-records': {
    fact: 'A zone has an NS and an SOA record at its own name from the start.',
    source: docs('Route53/latest/DeveloperGuide/SOA-NSrecords.html'),
    run: async (aws) => {
      const HostedZoneId = await makeZone(aws);
      const { ResourceRecordSets } = await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
      return ResourceRecordSets?.map(({ Name, Type }) => `${Type} ${Name}`).toSorted();
    },
    holds: [`NS ${DOMAIN}.`, `SOA ${DOMAIN}.`],
  },
  'zone-deleted-twice': {
    fact: 'A zone with its own records alone is deleted once.',
    source: route53Api('DeleteHostedZone'),
    run: async (aws) => {
      const id = await makeZone(aws);
      return [await deleteZone(aws, id), await deleteZone(aws, id)];
    },
    holds: ['accepted', MISSING],
  },
  'zone-not-empty': {
    fact: 'A zone with any other record is HostedZoneNotEmpty.',
    source: route53Api('DeleteHostedZone'),
    run: async (aws) => {
      const id = await makeZone(aws);
      await apply(aws, id, change('CREATE', a('www', '192.0.2.1')));
      return deleteZone(aws, id);
    },
    holds: 'HostedZoneNotEmpty 400',
  },
  'zone-tags': {
    fact: 'A zone is tagged after it was made, and shows its tags.',
    source: route53Api('ChangeTagsForResource'),
    run: async (aws) => {
      const place = { ResourceType: 'hostedzone', ResourceId: await makeZone(aws) } as const;
      const AddTags = [{ Key: 'bootstrap:cluster', Value: 'c1' }];
      await aws.route53.send(new ChangeTagsForResourceCommand({ ...place, AddTags }));
      return (await aws.route53.send(new ListTagsForResourceCommand(place))).ResourceTagSet?.Tags;
    },
    holds: [{ Key: 'bootstrap:cluster', Value: 'c1' }],
  },
  'zone-tags-missing': {
    fact: 'The tags of a zone that is not there are NoSuchHostedZone 404.',
    source: route53Api('ListTagsForResource'),
    run: ({ route53 }) => {
      const place = { ResourceType: 'hostedzone', ResourceId: NO_ZONE } as const;
      return refusalOf(route53.send(new ListTagsForResourceCommand(place)));
    },
    holds: MISSING,
  },
  'zone-by-name': {
    fact: 'Zones are listed from a name on, those of that name first.',
    source: route53Api('ListHostedZonesByName'),
    run: async (aws) => {
      for (const name of ['one', 'two', 'three']) await makeZone(aws, name, `${name}.example.com`);
      const asked = { DNSName: 'three.example.com' };
      const { HostedZones } = await aws.route53.send(new ListHostedZonesByNameCommand(asked));
      return HostedZones?.[0]?.CallerReference;
    },
    holds: 'three',
  },
  'zone-private': {
    fact: 'A private zone is made with a network that asks it, and says that it is private.',
    source: route53Api('CreateHostedZone'),
    run: async ({ ec2, route53 }) => {
      const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16' }));
      const asked = { Name: DOMAIN, CallerReference: 'private', HostedZoneConfig: { PrivateZone: true } };
      const VPC = { VPCRegion: 'eu-west-3', VPCId: Vpc?.VpcId } as const;
      const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ ...asked, VPC }));
      const { VPCs } = await route53.send(new GetHostedZoneCommand({ Id: HostedZone?.Id }));
      return [HostedZone?.Config?.PrivateZone, VPCs?.map(({ VPCId }) => VPCId === Vpc?.VpcId)];
    },
    holds: [true, [true]],
  },
  'zone-listed': {
    fact: 'Zones are listed with their caller references, in pages by a marker.',
    source: route53Api('ListHostedZones'),
    run: async (aws) => {
      for (const name of ['one', 'two', 'three']) await makeZone(aws, name, `${name}.example.com`);
      const first = await aws.route53.send(new ListHostedZonesCommand({ MaxItems: 2 }));
      const asked = { MaxItems: 2, Marker: first.NextMarker };
      const second = await aws.route53.send(new ListHostedZonesCommand(asked));
      const all = [...(first.HostedZones ?? []), ...(second.HostedZones ?? [])];
      const references = all.map(({ CallerReference = '' }) => CallerReference).toSorted();
      return [first.IsTruncated, second.IsTruncated, references];
    },
    holds: [true, false, ['one', 'three', 'two']],
  },
});
