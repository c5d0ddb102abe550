import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand } from '@aws-sdk/client-ec2';
import {
  AddTagsCommand,
  DescribeTagsCommand as DescribeBalancedTagsCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  GetInstanceProfileCommand,
  GetRoleCommand,
  TagInstanceProfileCommand,
  TagRoleCommand,
  UntagInstanceProfileCommand,
  UntagRoleCommand,
} from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  ListResourceTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kms';
import { ChangeTagsForResourceCommand, ListTagsForResourceCommand } from '@aws-sdk/client-route-53';
import type { AwsClients } from '#providers/aws/clients.ts';
import type { Tag } from '#providers/aws/tags.ts';
import { makeGateway, makeVpc, NOWHERE } from './ec2/scenery.ts';
import { makeOutside, makeTargetGroup } from './elb/scenery.ts';
import { type Fact, factsOf } from './fact.ts';
import { makeProfile, makeRole } from './iam/scenery.ts';
import { refusalOf } from './refusal.ts';
import { makeZone } from './route53/scenery.ts';
import { ec2Api, elbApi, iamApi, kmsApi, route53Api } from './sources.ts';

const FIRST = [
  { Key: 'team', Value: 'web' },
  { Key: 'stage', Value: 'trial' },
];
const SECOND = [
  { Key: 'team', Value: 'shop' },
  { Key: 'owner', Value: '' },
];
/** The second over the first. */
const BOTH = 'owner= stage=trial team=shop';
/** Without `stage`, and without what was never there. */
const LEFT = 'owner= team=shop';
const DROPPED = ['stage', 'nobody'];

function textOf(tags: readonly Tag[] = []): string {
  const texts = tags.map(({ Key, Value = '' }) => `${Key}=${Value}`);
  return texts.toSorted().join(' ');
}

async function ec2Tags({ ec2 }: Pick<AwsClients, 'ec2'>, ...ids: readonly string[]): Promise<readonly string[]> {
  const Filters = [{ Name: 'resource-id', Values: [...ids] }];
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
  return ids.map((id) => textOf(Tags.filter(({ ResourceId }) => ResourceId === id)));
}

const ofEc2 = factsOf('ec2', {
  'tags-put': {
    fact: 'CreateTags adds tags to several things of several kinds at once, and replaces by key.',
    source: ec2Api('CreateTags'),
    run: async (aws) => {
      const Resources = [await makeVpc(aws), await makeGateway(aws)];
      for (const Tags of [FIRST, SECOND]) await aws.ec2.send(new CreateTagsCommand({ Resources, Tags }));
      return ec2Tags(aws, ...Resources);
    },
    holds: [BOTH, BOTH],
  },
  'tags-dropped': {
    fact: 'DeleteTags takes tags away by their keys, whatever their values; one that is not there is no error.',
    source: ec2Api('DeleteTags'),
    run: async (aws) => {
      const Resources = [await makeVpc(aws), await makeGateway(aws)];
      for (const Tags of [FIRST, SECOND]) await aws.ec2.send(new CreateTagsCommand({ Resources, Tags }));
      const Tags = DROPPED.map((Key) => ({ Key }));
      await aws.ec2.send(new DeleteTagsCommand({ Resources, Tags }));
      return ec2Tags(aws, ...Resources);
    },
    holds: [LEFT, LEFT],
  },
  'tags-missing': {
    fact: 'CreateTags with a thing that is not there is refused as a whole.',
    source: ec2Api('CreateTags'),
    run: async (aws) => {
      const vpc = await makeVpc(aws);
      const Resources = [vpc, `vpc-${NOWHERE}`];
      const refusal = await refusalOf(aws.ec2.send(new CreateTagsCommand({ Resources, Tags: FIRST })));
      return [refusal, ...(await ec2Tags(aws, vpc))];
    },
    holds: ['InvalidVpcID.NotFound 400', ''],
  },
});

const ofElb = factsOf('elb', {
  'tags-changed': {
    fact: 'AddTags adds and replaces by key, RemoveTags takes away by key; one that is not there is no error.',
    source: elbApi('AddTags'),
    run: async (aws) => {
      const { vpcId } = await makeOutside(aws);
      const ResourceArns = [await makeTargetGroup(aws, vpcId)];
      const look = async () => {
        const answer = await aws.elb.send(new DescribeBalancedTagsCommand({ ResourceArns }));
        const tags = answer.TagDescriptions?.[0]?.Tags ?? [];
        return textOf(tags.filter(({ Key }) => Key !== 'bootstrap:cluster'));
      };
      for (const Tags of [FIRST, SECOND]) await aws.elb.send(new AddTagsCommand({ ResourceArns, Tags }));
      const put = await look();
      await aws.elb.send(new RemoveTagsCommand({ ResourceArns, TagKeys: DROPPED }));
      return [put, await look()];
    },
    holds: [BOTH, LEFT],
  },
});

const ofIam = factsOf('iam', {
  'role-retagged': {
    fact: 'TagRole adds and replaces by key, UntagRole takes away by key; one that is not there is no error.',
    source: iamApi('UntagRole'),
    run: async ({ iam }) => {
      const RoleName = 'workers';
      await makeRole({ iam }, RoleName);
      const look = async () => textOf((await iam.send(new GetRoleCommand({ RoleName }))).Role?.Tags);
      for (const Tags of [FIRST, SECOND]) await iam.send(new TagRoleCommand({ RoleName, Tags }));
      const put = await look();
      await iam.send(new UntagRoleCommand({ RoleName, TagKeys: DROPPED }));
      return [put, await look()];
    },
    holds: [BOTH, LEFT],
  },
  'profile-retagged': {
    fact: 'TagInstanceProfile and UntagInstanceProfile do the same to a profile.',
    source: iamApi('UntagInstanceProfile'),
    run: async ({ iam }) => {
      const InstanceProfileName = 'workers';
      await makeProfile({ iam }, InstanceProfileName);
      const look = async () => {
        const answer = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
        return textOf(answer.InstanceProfile?.Tags);
      };
      for (const Tags of [FIRST, SECOND]) await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags }));
      const put = await look();
      await iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: DROPPED }));
      return [put, await look()];
    },
    holds: [BOTH, LEFT],
  },
});

const ofKms = factsOf('kms', {
  'key-retagged': {
    fact: 'TagResource adds and replaces by key, UntagResource takes away by key; one that is not there is no error.',
    source: kmsApi('UntagResource'),
    run: async ({ kms }) => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const { KeyId } = KeyMetadata ?? {};
      const look = async () => {
        const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId }));
        return textOf(Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })));
      };
      for (const tags of [FIRST, SECOND]) {
        const Tags = tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
        await kms.send(new TagResourceCommand({ KeyId, Tags }));
      }
      const put = await look();
      await kms.send(new UntagResourceCommand({ KeyId, TagKeys: DROPPED }));
      return [put, await look()];
    },
    holds: [BOTH, LEFT],
  },
});

const ofRoute53 = factsOf('route53', {
  'zone-retagged': {
    fact: 'One ChangeTagsForResource adds, replaces and takes away; a key that is not there is no error.',
    source: route53Api('ChangeTagsForResource'),
    run: async (aws) => {
      const ResourceId = (await makeZone(aws)).replace('/hostedzone/', '');
      const place = { ResourceType: 'hostedzone', ResourceId } as const;
      await aws.route53.send(new ChangeTagsForResourceCommand({ ...place, AddTags: FIRST }));
      const change = { AddTags: SECOND, RemoveTagKeys: DROPPED };
      await aws.route53.send(new ChangeTagsForResourceCommand({ ...place, ...change }));
      return textOf((await aws.route53.send(new ListTagsForResourceCommand(place))).ResourceTagSet?.Tags);
    },
    holds: LEFT,
  },
});

export const tagFacts: readonly Fact[] = [...ofEc2, ...ofElb, ...ofIam, ...ofKms, ...ofRoute53];
