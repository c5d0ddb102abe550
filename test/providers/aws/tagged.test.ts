import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand } from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTagsCommand as BalancedTags,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetInstanceProfileCommand, GetRoleCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { ListHostedZonesCommand, ListTagsForResourceCommand } from '@aws-sdk/client-route-53';
import { GetBucketTaggingCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import type { AwsClients } from '#providers/aws/clients.ts';
import type { Tag } from '#providers/aws/tags.ts';
import { CloudStand } from './support/cloud-stand.ts';
import { declaringBalancer } from './support/declared-balancer.ts';
import { UID } from './support/declared-cluster.ts';

const FIRST = { team: 'web', stage: 'trial' };
const SECOND = { team: 'shop', owner: '' };
const CHANGED = 'update eu-west-3.network: tags';

/** Of everything of EC2, by the kind of thing: the texts of all tags but our marks. */
async function ec2Tags(stand: CloudStand): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { Tags = [] } = await stand.run(stand.services.ec2.send(new DescribeTagsCommand({ MaxResults: 1_000 })));
  const things = Map.groupBy(Tags, ({ ResourceId = '' }) => ResourceId);
  const texts = [...things].map(([id, tags]): [string, string] => [id.replace(/-.*/, ''), textOf(tags)]);
  return new Map(
    [...Map.groupBy(texts, ([kind]) => kind)].map(([kind, found]) => [kind, new Set(found.map(([, text]) => text))]),
  );
}

function textOf(tags: readonly Tag[] = []): string {
  const foreign = tags.filter(({ Key = '' }) => Key !== 'Name' && !Key.startsWith('bootstrap:'));
  return foreign
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .toSorted()
    .join(' ');
}

/** The same of everything that is not of EC2. */
async function otherTags(stand: CloudStand): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const look of [identityTags, keyTags, bucketTags, zoneTags, balancerTags]) {
    for (const [thing, tags] of Object.entries(await stand.run(look(stand.services)))) found[thing] = textOf(tags);
  }
  return found;
}

type Look = (services: AwsClients) => Promise<Readonly<Record<string, readonly Tag[] | undefined>>>;

const identityTags: Look = async ({ iam }) => {
  const name = `bootstrap-${UID}-control-plane`;
  const role = await iam.send(new GetRoleCommand({ RoleName: name })).catch(() => undefined);
  if (role === undefined) return {};
  const profile = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
  return { role: role.Role?.Tags, profile: profile.InstanceProfile?.Tags };
};

const keyTags: Look = async ({ kms }) => {
  const { Keys = [] } = await kms.send(new ListKeysCommand());
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: Keys[0]?.KeyId }));
  return { key: Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })) };
};

const bucketTags: Look = async ({ s3 }) => {
  const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket: `bootstrap-${UID}` }));
  return { bucket: TagSet };
};

const zoneTags: Look = async ({ route53 }) => {
  const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand());
  const [{ Id = '' } = {}] = HostedZones;
  if (Id === '') return {};
  const place = { ResourceType: 'hostedzone', ResourceId: Id.replace('/hostedzone/', '') } as const;
  const { ResourceTagSet } = await route53.send(new ListTagsForResourceCommand(place));
  return { zone: ResourceTagSet?.Tags };
};

const balancerTags: Look = async ({ elb }) => {
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand());
  const ResourceArns = LoadBalancers.flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []);
  if (ResourceArns.length === 0) return {};
  const { TagDescriptions } = await elb.send(new BalancedTags({ ResourceArns }));
  return { balancer: TagDescriptions?.[0]?.Tags };
};

function everywhere(tags: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  return new Set([...tags.values()].flatMap((texts) => [...texts]));
}

describe("the user's own tags", () => {
  test('are on everything that can bear them, from its first moment on', async () => {
    const stand = await CloudStand.open();
    const changes = await stand.changesDuring(() => stand.apply({ tags: FIRST, addresses: 'fixed' }));
    expect(changes.filter((change) => /Tag/.test(change))).toEqual([
      'route53.ChangeTagsForResource',
      'route53.ChangeTagsForResource',
    ]);
    const tags = await ec2Tags(stand);
    expect([...tags.keys()].toSorted()).toEqual(['eipalloc', 'i', 'igw', 'key', 'rtb', 'sg', 'subnet', 'vol', 'vpc']);
    expect(everywhere(tags)).toEqual(new Set(['stage=trial team=web']));
    expect(new Set(Object.values(await otherTags(stand)))).toEqual(new Set(['stage=trial team=web']));
    expect(await stand.plan({ tags: FIRST, addresses: 'fixed' })).toEqual([]);
  });

  test('change in their place, everything of EC2 that changes at one moment in one request', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ tags: FIRST });
    const before = (await stand.machines()).map(({ InstanceId }) => InstanceId);
    expect(await stand.plan({ tags: SECOND })).toContainEqual(expect.stringContaining(CHANGED));
    const changes = await stand.changesDuring(() => stand.apply({ tags: SECOND }));
    expect(changes.filter((change) => !/tag/i.test(change))).toEqual([]);
    const ofEc2 = changes.filter((change) => change.startsWith('ec2.'));
    const things = (await stand.plan({})).filter((line) => line.includes(': tags'));
    expect(ofEc2.length).toBeLessThan(things.length);
    expect(everywhere(await ec2Tags(stand))).toEqual(new Set(['owner= team=shop']));
    expect(await otherTags(stand)).toEqual({
      bucket: 'owner= team=shop',
      key: 'owner= team=shop',
      profile: 'owner= team=shop',
      role: 'owner= team=shop',
      zone: 'owner= team=shop',
    });
    expect((await stand.machines()).map(({ InstanceId }) => InstanceId)).toEqual(before);
    expect(await stand.plan({ tags: SECOND })).toEqual([]);
    await stand.apply({});
    expect(everywhere(await ec2Tags(stand))).toEqual(new Set(['']));
    expect(new Set(Object.values(await otherTags(stand)))).toEqual(new Set(['']));
  });

  test('of what is balanced change as well', async () => {
    const stand = await CloudStand.open();
    await stand.apply(declaringBalancer({ tags: FIRST }));
    expect(await otherTags(stand)).toMatchObject({ balancer: 'stage=trial team=web' });
    await stand.apply(declaringBalancer({ tags: SECOND }));
    expect(await otherTags(stand)).toMatchObject({ balancer: 'owner= team=shop' });
    expect(await stand.plan(declaringBalancer({ tags: SECOND }))).toEqual([]);
  });

  test('come back when somebody has taken or changed them; what others put beside them stays', async () => {
    const stand = await CloudStand.open();
    const { ec2, s3 } = stand.services;
    await stand.apply({ tags: FIRST });
    const [machine] = await stand.machines();
    const Resources = [machine?.InstanceId ?? ''];
    await stand.run(ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'team' }] })));
    const Tags = [
      { Key: 'stage', Value: 'other' },
      { Key: 'scanner', Value: 'seen' },
    ];
    await stand.run(ec2.send(new CreateTagsCommand({ Resources, Tags })));
    const Bucket = `bootstrap-${UID}`;
    const { TagSet = [] } = await stand.run(s3.send(new GetBucketTaggingCommand({ Bucket })));
    const Tagging = { TagSet: [...TagSet.filter(({ Key }) => Key !== 'team'), { Key: 'scanner', Value: 'seen' }] };
    await stand.run(s3.send(new PutBucketTaggingCommand({ Bucket, Tagging })));

    const planned = await stand.plan({ tags: FIRST });
    const outside = 'tags changed outside of this program';
    expect(planned).toContainEqual(`update state.bucket: ${outside}`);
    expect(planned).toContainEqual(`update eu-west-3.machine.control-plane-1: ${outside}`);
    await stand.apply({ tags: FIRST });
    expect(await stand.plan({ tags: FIRST })).toEqual([]);
    expect((await ec2Tags(stand)).get('i')).toEqual(
      new Set(['stage=trial team=web', 'scanner=seen stage=trial team=web']),
    );
    expect((await otherTags(stand))['bucket']).toBe('scanner=seen stage=trial team=web');
  });
});
