import {
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { ALL_BEHIND, faultOf, refusalOf, SdkAccount } from '../support/sdk-account.ts';
import { changeRecords, recordsOf } from './records.ts';

type Route53 = Pick<Route53Client, 'send'>;

function create(route53: Route53, Name = 'example.com', CallerReference = Name) {
  return route53.send(new CreateHostedZoneCommand({ Name, CallerReference }));
}

async function createdId(route53: Route53, Name?: string, reference?: string): Promise<string> {
  const { HostedZone } = await create(route53, Name, reference);
  return HostedZone?.Id ?? '';
}

test('R53-1: a caller reference makes one zone, and none when that is gone', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const Id = await createdId(route53);
  expect(await refusalOf(create(route53))).toBe('HostedZoneAlreadyExists 409');
  await route53.send(new DeleteHostedZoneCommand({ Id }));
  expect(await refusalOf(create(route53))).toBe('HostedZoneAlreadyExists 409');
});

test('R53-2: any number of zones have one name, and each its own servers', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const one = await create(route53, 'example.com', 'one');
  const other = await create(route53, 'example.com', 'other');
  expect(one.HostedZone?.Id).not.toBe(other.HostedZone?.Id);
  expect(one.DelegationSet?.NameServers).not.toEqual(other.DelegationSet?.NameServers);
});

test('R53-3: a zone has four name servers, and records that say so from the start', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const { HostedZone, DelegationSet } = await create(route53);
  const servers = DelegationSet?.NameServers ?? [];
  expect(servers.map((server) => server.replace(/^ns-\d+\.awsdns-\d\d\./, ''))).toEqual(['com', 'net', 'org', 'co.uk']);
  expect(HostedZone?.ResourceRecordSetCount).toBe(2);
  const records = await recordsOf(route53, HostedZone?.Id ?? '');
  expect(records.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual(['example.com. NS', 'example.com. SOA']);
  expect(records[0]?.ResourceRecords?.map(({ Value }) => Value)).toEqual(servers.map((server) => `${server}.`));
});

test.each(['', 'a..b', '-a.com', 'a b.com', `${'a'.repeat(64)}.com`])('R53-4: "%s" is no domain name', async (name) => {
  const { route53 } = (await SdkAccount.open()).in();
  expect(await refusalOf(create(route53, name, 'reference'))).toBe('InvalidDomainName 400');
});

test('R53-4: the name of a zone is absolute and in small letters', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  expect((await create(route53, 'Blog.Example.COM')).HostedZone?.Name).toBe('blog.example.com.');
});

test('R53-5: a zone is only deleted when nothing but its own two records is in it', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const Id = await createdId(route53);
  const record = { Name: 'www.example.com', Type: 'A', values: ['192.0.2.1'] } as const;
  await changeRecords(route53, Id, [{ Action: 'CREATE', ...record }]);
  const remove = () => route53.send(new DeleteHostedZoneCommand({ Id }));
  expect(await refusalOf(remove())).toBe('HostedZoneNotEmpty 400');
  await changeRecords(route53, Id, [{ Action: 'DELETE', ...record }]);
  await remove();
  expect(await refusalOf(remove())).toBe('NoSuchHostedZone 404');
});

test('R53-6: a zone is asked for with and without the head of its id', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const id = await createdId(route53);
  expect(id).toMatch(/^\/hostedzone\/Z[0-9A-F]{20}$/);
  for (const Id of [id, id.replace('/hostedzone/', '')]) {
    const { HostedZone } = await route53.send(new GetHostedZoneCommand({ Id }));
    expect(HostedZone).toMatchObject({ Id: id, CallerReference: 'example.com', Config: { PrivateZone: false } });
  }
  const absent = await faultOf(route53.send(new GetHostedZoneCommand({ Id: 'Z0' })));
  expect([absent.name, absent.message]).toEqual(['NoSuchHostedZone', 'No hosted zone found with ID: Z0']);
});

test('R53-7: a zone made just now is not found', async () => {
  const account = await SdkAccount.open(ALL_BEHIND);
  const { route53 } = account.in();
  const Id = await createdId(route53);
  expect(await refusalOf(route53.send(new GetHostedZoneCommand({ Id })))).toBe('NoSuchHostedZone 404');
  expect((await route53.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
  await account.pass(10_000);
  await route53.send(new GetHostedZoneCommand({ Id }));
});

test('R53-8: zones are listed in pages, or by their names from the right', async () => {
  const account = await SdkAccount.open();
  const { route53 } = account.in();
  for (const name of ['b.org', 'www.a.com', 'a.com']) await create(route53, name);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({}));
  expect(HostedZones.map(({ Name }) => Name)).toEqual(['a.com.', 'www.a.com.', 'b.org.']);
  const from = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'www.a.com', MaxItems: 1 }));
  expect(from).toMatchObject({ HostedZones: [{ Name: 'www.a.com.' }], IsTruncated: true, NextDNSName: 'b.org.' });
  const first = await route53.send(new ListHostedZonesCommand({ MaxItems: 2 }));
  const second = await route53.send(new ListHostedZonesCommand({ MaxItems: 2, Marker: first.NextMarker }));
  const names = [...(first.HostedZones ?? []), ...(second.HostedZones ?? [])].map(({ Name = '' }) => Name);
  expect(names.toSorted()).toEqual(['a.com.', 'b.org.', 'www.a.com.']);
  expect([first.IsTruncated, second.IsTruncated]).toEqual([true, false]);
});

test('R53-9: a zone is tagged after it is made, with ten tags at most', async () => {
  const { route53 } = (await SdkAccount.open()).in();
  const ResourceId = (await createdId(route53)).replace('/hostedzone/', '');
  const place = { ResourceType: 'hostedzone', ResourceId } as const;
  const tags = (...keys: number[]) => keys.map((key) => ({ Key: `k${key}`, Value: 'v' }));
  await route53.send(new ChangeTagsForResourceCommand({ ...place, AddTags: tags(1, 2) }));
  await route53.send(new ChangeTagsForResourceCommand({ ...place, AddTags: tags(3), RemoveTagKeys: ['k1'] }));
  const { ResourceTagSet } = await route53.send(new ListTagsForResourceCommand(place));
  expect(ResourceTagSet?.Tags).toEqual(tags(2, 3));
  const ResourceIds = [ResourceId];
  const many = await route53.send(new ListTagsForResourcesCommand({ ResourceType: 'hostedzone', ResourceIds }));
  expect(many.ResourceTagSets).toEqual([ResourceTagSet]);
  const tooMany = new ChangeTagsForResourceCommand({ ...place, AddTags: tags(4, 5, 6, 7, 8, 9, 10, 11, 12) });
  expect(await refusalOf(route53.send(tooMany))).toBe('InvalidInput 400');
});

test('R53-28: a zone that still works on a change is not tagged and not deleted', async () => {
  const account = await SdkAccount.open({ lagMs: 10_000 });
  const { route53 } = account.in();
  const Id = await createdId(route53);
  const place = { ResourceType: 'hostedzone', ResourceId: Id.replace('/hostedzone/', '') } as const;
  const tag = () => route53.send(new ChangeTagsForResourceCommand({ ...place, AddTags: [{ Key: 'a', Value: '1' }] }));
  const remove = () => route53.send(new DeleteHostedZoneCommand({ Id }));
  expect(await refusalOf(tag())).toBe('PriorRequestNotComplete 400');
  expect(await refusalOf(remove())).toBe('PriorRequestNotComplete 400');
  await account.pass(1_000);
  await tag();
  await remove();
});

test('R53-10: five requests a second are taken, from the whole account', async () => {
  const account = await SdkAccount.open({ publishedThrottles: true });
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, n) => {
      const { route53 } = account.in(n % 2 === 0 ? 'eu-west-3' : 'us-east-1');
      return route53.send(new ListHostedZonesCommand({})).then(
        () => 'taken',
        (error: unknown) => String(error),
      );
    }),
  );
  expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(5);
  expect(new Set(outcomes)).toEqual(new Set(['taken', 'Throttling: Rate exceeded']));
});

test('R53-11: an account has 500 zones, unless more are asked for', async () => {
  const account = await SdkAccount.open();
  const { quotas } = account.account.process.account.weather;
  expect(quotas.hostedZones).toBe(500);
  account.change({ quotas: { ...quotas, hostedZones: 1 } });
  const { route53 } = account.in();
  await create(route53);
  expect(await refusalOf(create(route53, 'second.com'))).toBe('TooManyHostedZones 400');
});
