import { CreateVpcCommand, DescribeVpcsCommand, ModifyVpcAttributeCommand } from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListHostedZonesByVPCCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { describe, expect, test } from 'vitest';
import { parseClusterUid } from '#engine/address.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import type { RegionScope } from '#provider/constructs.ts';
import { awsConstructs as aws } from '#providers/aws/constructs.ts';
import { route53Zone } from '#providers/aws/route53/zone.ts';
import { findMark, markFor, ownerInMark } from '#providers/aws/route53/record-mark.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER, type Weather } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';

const DOMAIN = 'blog.example.com';
const THEM = { cluster: parseClusterUid('othercluster') };

type Records = Readonly<Record<string, string>>;

const declaring =
  (origin: 'existing' | 'private', records: Records = {}) =>
  (builder: BlueprintBuilder): void => {
    const scope: RegionScope = { builder, uid: UID, clusterName: 'blog', tags: undefined, region: REGION };
    const zones = [{ name: `${REGION}a`, cidr: '10.0.0.0/20' }];
    const place = { cidr: '10.0.0.0/16', domain: DOMAIN, topology: 'public', nat: 'per-zone' } as const;
    const network = aws.network(scope, { ...place, zones });
    const zone = aws.zone(scope, { domain: DOMAIN, origin, network });
    for (const [name, value] of Object.entries(records)) {
      const domainName = name === 'site' ? DOMAIN : `${name}.${DOMAIN}`;
      aws.record(scope, { name, zone, domainName, type: 'A', target: { ttlSeconds: 60, values: [value] } });
    }
  };

async function makeZone(stand: CloudStand, Name = DOMAIN, CallerReference = 'by hand'): Promise<string> {
  const made = await stand.run(stand.services.route53.send(new CreateHostedZoneCommand({ Name, CallerReference })));
  await stand.clock.advance(60_000);
  return (made.HostedZone?.Id ?? '').replace('/hostedzone/', '');
}

/** Without the zone's own two. */
async function recordsIn(stand: CloudStand, HostedZoneId: string): Promise<readonly ResourceRecordSet[]> {
  const command = new ListResourceRecordSetsCommand({ HostedZoneId });
  const { ResourceRecordSets = [] } = await stand.run(stand.services.route53.send(command));
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
}

function linesOf(records: readonly ResourceRecordSet[]): readonly string[] {
  return records.map(({ Name, Type, ResourceRecords = [] }) =>
    [Name, Type, ...ResourceRecords.map(({ Value }) => Value)].join(' '),
  );
}

async function byHand(
  stand: CloudStand,
  HostedZoneId: string,
  changes: readonly (readonly [Action: 'CREATE' | 'UPSERT' | 'DELETE', record: ResourceRecordSet])[],
): Promise<void> {
  const Changes = changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }));
  await stand.run(
    stand.services.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } })),
  );
  await stand.clock.advance(60_000);
}

function addressRecord(name: string, Value: string): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: [{ Value }] };
}

describe('a zone that the account has already', () => {
  test('is found by its exact name among others, and never touched', async () => {
    const stand = await CloudStand.open();
    await makeZone(stand, 'example.com', 'parent');
    const zoneId = await makeZone(stand);
    await makeZone(stand, `other.${DOMAIN}`, 'child');
    const declared = declaring('existing', { api: '192.0.2.1' });
    expect(await stand.apply(declared)).toMatchObject({ failed: [] });
    expect(linesOf(await recordsIn(stand, zoneId))).toContain('api.blog.example.com. A 192.0.2.1');
    expect(await stand.plan(declared)).toEqual([]);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await recordsIn(stand, zoneId)).toEqual([]);
    const { HostedZones = [] } = await stand.run(stand.services.route53.send(new ListHostedZonesCommand({})));
    expect(HostedZones.map(({ CallerReference = '' }) => CallerReference).toSorted()).toEqual([
      'by hand',
      'child',
      'parent',
    ]);
    expect(stand.changes.filter((operation) => /Zone|Tags/.test(operation))).toEqual([
      'route53.CreateHostedZone',
      'route53.CreateHostedZone',
      'route53.CreateHostedZone',
    ]);
  });

  test('that is not there is refused in words', async () => {
    const stand = await CloudStand.open();
    await makeZone(stand, 'example.com');
    const { failed } = await stand.apply(declaring('existing'));
    expect(failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      `call.rejected: The account has no public zone of the name ${DOMAIN}: make it there, or let the cluster make one.`,
    ]);
  });

  test('that is there twice is refused with both ids', async () => {
    const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, pageSizeOne: 1 } });
    const ids = [await makeZone(stand), await makeZone(stand, DOMAIN, 'again')].toSorted();
    const { failed } = await stand.apply(declaring('existing'));
    expect(failed.map(({ detail }) => detail)).toEqual([
      `The account has 2 public zones of the name ${DOMAIN}, and only one of them can be meant: ${ids.join(' and ')}.`,
    ]);
  });

  test('stays the one that was chosen, whatever zones come after it', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    const declared = declaring('existing', { api: '192.0.2.1' });
    await stand.apply(declared);
    await makeZone(stand, DOMAIN, 'again');
    expect(await stand.plan(declared)).toEqual([]);
    await stand.apply(declaring('existing', { api: '192.0.2.2' }));
    expect(linesOf(await recordsIn(stand, zoneId))).toContain('api.blog.example.com. A 192.0.2.2');
  });
});

describe('a record in a zone of somebody else', () => {
  test('has a mark beside it, made and removed in the same request', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    await stand.apply(declaring('existing', { api: '192.0.2.1', site: '192.0.2.2' }));
    const lines = linesOf(await recordsIn(stand, zoneId));
    expect(lines.map((line) => line.replace(/:[a-z0-9]{32}"/, ':…"'))).toEqual([
      'blog.example.com. A 192.0.2.2',
      '_bootstrap-a.blog.example.com. TXT "bootstrap:benchbench:…"',
      'api.blog.example.com. A 192.0.2.1',
      '_bootstrap-a.api.blog.example.com. TXT "bootstrap:benchbench:…"',
    ]);
    expect(stand.changes.filter((operation) => operation === 'route53.ChangeResourceRecordSets')).toHaveLength(1);
    await stand.apply(declaring('existing', { site: '192.0.2.2' }));
    expect(await recordsIn(stand, zoneId)).toHaveLength(2);
  });

  test('that is not ours is refused and not overwritten, even if it says the same', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    await byHand(stand, zoneId, [['CREATE', addressRecord(`api.${DOMAIN}`, '192.0.2.1')]]);
    const { failed } = await stand.apply(declaring('existing', { api: '192.0.2.1', site: '192.0.2.2' }));
    expect(failed.map(({ code, address }) => `${code} ${address}`)).toEqual(['resource.name-taken record.api']);
    expect(linesOf(await recordsIn(stand, zoneId))).toContain('blog.example.com. A 192.0.2.2');
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(linesOf(await recordsIn(stand, zoneId))).toEqual(['api.blog.example.com. A 192.0.2.1']);
  });

  test('is changed back when somebody has changed it and left its mark', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    const declared = declaring('existing', { api: '192.0.2.1' });
    await stand.apply(declared);
    await byHand(stand, zoneId, [['UPSERT', addressRecord(`api.${DOMAIN}`, '192.0.2.9')]]);
    expect(await stand.plan(declared)).toEqual(['update record.api: values changed outside of this program']);
    await stand.apply(declared);
    expect(linesOf(await recordsIn(stand, zoneId))).toContain('api.blog.example.com. A 192.0.2.1');
  });

  test('is left alone when somebody has taken its mark away', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    await stand.apply(declaring('existing', { api: '192.0.2.1' }));
    const records = await recordsIn(stand, zoneId);
    const mark = findMark(records, { name: `api.${DOMAIN}`, type: 'A' });
    if (mark === undefined) throw new RangeError('There is no mark.');
    await byHand(stand, zoneId, [['DELETE', mark]]);
    const { failed } = await stand.delete();
    expect(failed.map(({ code, address }) => `${code} ${address}`)).toContain('resource.foreign record.api');
    expect(linesOf(await recordsIn(stand, zoneId))).toEqual(['api.blog.example.com. A 192.0.2.1']);
  });

  test('comes again where only its mark was left', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    const declared = declaring('existing', { api: '192.0.2.1' });
    await stand.apply(declared);
    await byHand(stand, zoneId, [['DELETE', addressRecord(`api.${DOMAIN}`, '192.0.2.1')]]);
    expect(await stand.apply(declared)).toMatchObject({ failed: [] });
    expect(await recordsIn(stand, zoneId)).toHaveLength(2);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await recordsIn(stand, zoneId)).toEqual([]);
  });

  test('of another cluster stays, with its mark', async () => {
    const stand = await CloudStand.open();
    const zoneId = await makeZone(stand);
    const theirs = markFor({ name: `api.${DOMAIN}`, type: 'A' }, { ...stand.context(), ...THEM });
    expect(ownerInMark(theirs)?.cluster).toBe('othercluster');
    await byHand(stand, zoneId, [
      ['CREATE', addressRecord(`api.${DOMAIN}`, '192.0.2.1')],
      ['CREATE', theirs],
    ]);
    const { failed } = await stand.apply(declaring('existing', { api: '192.0.2.5' }));
    expect(failed.map(({ code }) => code)).toEqual(['resource.name-taken']);
    await stand.delete();
    expect(await recordsIn(stand, zoneId)).toHaveLength(2);
  });
});

describe('a private zone', () => {
  test('is seen by the network of the cluster and by nobody else', async () => {
    const stand = await CloudStand.open();
    const declared = declaring('private', { api: '10.0.0.5' });
    expect(await stand.apply(declared)).toMatchObject({ failed: [] });
    const { Vpcs } = await stand.run(stand.services.ec2.send(new DescribeVpcsCommand({ MaxResults: 5 })));
    const VPCId = Vpcs?.[0]?.VpcId;
    const command = new ListHostedZonesByVPCCommand({ VPCId, VPCRegion: REGION });
    const { HostedZoneSummaries = [] } = await stand.run(stand.services.route53.send(command));
    expect(HostedZoneSummaries.map(({ Name }) => Name)).toEqual([`${DOMAIN}.`]);
    const seen = await stand.run(
      stand.services.route53.send(new GetHostedZoneCommand({ Id: HostedZoneSummaries[0]?.HostedZoneId })),
    );
    expect(seen.HostedZone?.Config?.PrivateZone).toBe(true);
    expect(seen.VPCs).toEqual([{ VPCId, VPCRegion: REGION }]);
    expect(await stand.plan(declared)).toEqual([]);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    expect(await stand.walk()).toEqual([]);
  });

  test('is awaited in words where the network does not ask AWS for names', async () => {
    const stand = await CloudStand.open();
    const made = await stand.run(stand.services.ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' })));
    const VpcId = made.Vpc?.VpcId ?? '';
    await stand.run(
      stand.services.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } })),
    );
    const declared = (builder: BlueprintBuilder): void =>
      void builder.declare(route53Zone, 'zone', { domain: DOMAIN, vpcId: VpcId });
    const { failed } = await stand.apply(declared);
    expect(failed.map(({ detail }) => detail)).toEqual([
      `Waited in vain for the network ${VpcId} to see its private zone: enableDnsSupport and enableDnsHostnames must be on.`,
    ]);
  });
});

/** Who reads by hand is not patient. */
const READABLE = { errorBefore: 0, throttle: 0, publishedThrottles: false, pageSizeOne: 0 };

test.each<[string, Weather, number]>([
  ['mild', MILD_WEATHER, 1],
  ['mean', MEAN_WEATHER, 1],
  ['mean', MEAN_WEATHER, 2],
  ['mean', MEAN_WEATHER, 3],
])('in %s weather both kinds of zones come to what is declared (%#)', async (_name, weather, seed) => {
  const stand = await CloudStand.open({ seed, weather: { ...weather, ...READABLE } });
  const zoneId = await makeZone(stand);
  const changed: (string | undefined)[] = [];
  for (const origin of ['existing', 'private'] as const) {
    expect(await stand.apply(declaring(origin, { api: '192.0.2.1', site: '192.0.2.2' }))).toMatchObject({ failed: [] });
    expect(await stand.apply(declaring(origin, { api: '192.0.2.3' }))).toMatchObject({ failed: [] });
    changed.push(linesOf(await recordsIn(stand, zoneId))[0]);
    expect(await stand.delete()).toMatchObject({ failed: [] });
  }
  expect(changed).toEqual(['api.blog.example.com. A 192.0.2.3', undefined]);
  expect(await recordsIn(stand, zoneId)).toEqual([]);
  expect(await stand.walk()).toEqual(['hosted-zone']);
});
