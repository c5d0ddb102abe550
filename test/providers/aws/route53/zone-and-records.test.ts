import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { deriveInstanceId, parseAddress } from '#engine/address.ts';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { route53Record } from '#providers/aws/route53/record.ts';
import { fromSeen } from '#providers/aws/route53/record-sets.ts';
import { markedZoneObjects, route53Zone } from '#providers/aws/route53/zone.ts';
import { CALM_WEATHER, MEAN_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { UID } from '../support/declared-cluster.ts';

type Records = Readonly<Record<string, readonly string[]>>;

const declaring =
  (records: Records) =>
  (builder: BlueprintBuilder): void => {
    const zone = builder.declare(route53Zone, 'zone', { domain: 'example.com' });
    for (const [name, values] of Object.entries(records)) {
      const inputs = {
        zoneId: zone.output('zoneId'),
        name: `${name}.example.com`,
        type: 'A',
        ttlSeconds: 60,
        values,
      } as const;
      builder.declare(route53Record, `record.${name}`, inputs, { within: zone.address });
    }
  };

const TWO: Records = { api: ['10.0.0.2', '10.0.0.1'], www: ['10.0.0.9'] };

test('a zone bears its mark in its reference and in its tags', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declaring({}))).toMatchObject({ failed: [] });
  expect(stand.changes).toEqual(['route53.CreateHostedZone', 'route53.ChangeTagsForResource']);
  const { route53 } = stand.services;
  const { HostedZones = [] } = await stand.run(route53.send(new ListHostedZonesCommand({})));
  expect(HostedZones.map(({ Name, CallerReference }) => `${Name} ${CallerReference}`)).toEqual([
    `example.com. bootstrap:${UID}:${deriveInstanceId(UID, parseAddress('zone'), 1)}`,
  ]);
  const zoneId = await zoneIdOf(stand);
  const place = { ResourceType: 'hostedzone', ResourceId: zoneId } as const;
  const { ResourceTagSet } = await stand.run(route53.send(new ListTagsForResourceCommand(place)));
  expect(ResourceTagSet?.Tags).toContainEqual({ Key: 'bootstrap:cluster', Value: 'benchbench' });
  expect(await stand.plan(declaring({}))).toEqual([]);
});

test('records of one moment are made by one request', async () => {
  const stand = await CloudStand.open();
  expect(await stand.apply(declaring(TWO))).toMatchObject({ failed: [] });
  expect(stand.changes.filter((operation) => operation === 'route53.ChangeResourceRecordSets')).toHaveLength(1);
  expect(await recordsIn(stand)).toEqual(['api.example.com. 10.0.0.1 10.0.0.2', 'www.example.com. 10.0.0.9']);
  expect(await stand.plan(declaring(TWO))).toEqual([]);
});

test('records are changed, added and removed in their zone', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring(TWO));
  const other = { api: ['10.0.0.1'], etcd: ['10.0.0.5'] };
  expect(await stand.apply(declaring(other))).toMatchObject({ failed: [] });
  expect(await recordsIn(stand)).toEqual(['api.example.com. 10.0.0.1', 'etcd.example.com. 10.0.0.5']);
});

test('what somebody changed by hand is changed back', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring(TWO));
  await byHand(stand, 'UPSERT', {
    Name: 'api.example.com',
    Type: 'A',
    TTL: 5,
    ResourceRecords: [{ Value: '6.6.6.6' }],
  });
  expect(await stand.plan(declaring(TWO))).not.toEqual([]);
  expect(await stand.apply(declaring(TWO))).toMatchObject({ failed: [] });
  expect(await recordsIn(stand)).toEqual(['api.example.com. 10.0.0.1 10.0.0.2', 'www.example.com. 10.0.0.9']);
});

test('a record is removed as it is by then, not as it was when it was looked at', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring(TWO));
  const zoneId = await zoneIdOf(stand);
  const seen = { zoneId, name: 'www.example.com.', type: 'A', ttlSeconds: 5, values: ['6.6.6.6'] } as const;
  await stand.run(route53Record.destroy(stand.session, stand.context(), seen));
  expect(await recordsIn(stand)).toEqual(['api.example.com. 10.0.0.1 10.0.0.2']);
});

test('a record that somebody put into the zone is not overwritten, and hinders no other', async () => {
  const stand = await CloudStand.open();
  await stand.apply(declaring({}));
  await byHand(stand, 'CREATE', {
    Name: 'api.example.com',
    Type: 'A',
    TTL: 5,
    ResourceRecords: [{ Value: '6.6.6.6' }],
  });
  const { failed } = await stand.apply(declaring(TWO));
  expect(failed.map(({ code, address }) => `${address}: ${code}`)).toEqual(['record.api: resource.name-taken']);
  expect(await recordsIn(stand)).toEqual(['api.example.com. 6.6.6.6', 'www.example.com. 10.0.0.9']);
});

test('a zone goes with everything in it', async () => {
  const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, pageSizeOne: 0.5 } });
  await stand.apply(declaring(TWO));
  await byHand(stand, 'CREATE', { Name: '*.example.com', Type: 'TXT', TTL: 5, ResourceRecords: [{ Value: '"x"' }] });
  expect(await stand.run(markedZoneObjects(stand.session, stand.context()))).toHaveLength(1);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
  expect(await stand.run(markedZoneObjects(stand.session, stand.context()))).toEqual([]);
});

test.each([
  ['somebody else', 'by hand'],
  ['another cluster', `bootstrap:othercluster:${deriveInstanceId(UID, parseAddress('zone'), 1)}`],
])('the zone of the same name of %s is neither taken nor touched', async (_owner, CallerReference) => {
  const stand = await CloudStand.open();
  const foreign = new CreateHostedZoneCommand({ Name: 'example.com', CallerReference });
  await stand.run(stand.services.route53.send(foreign));
  expect(await stand.run(markedZoneObjects(stand.session, stand.context()))).toEqual([]);
  expect(await stand.apply(declaring(TWO))).toMatchObject({ failed: [] });
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toHaveLength(1);
});

test.each([1, 2, 3, 4, 5, 6])('the meanest weather changes nothing in the end (seed %i)', async (seed) => {
  const stand = await CloudStand.open({ seed, weather: MEAN_WEATHER });
  expect(await stand.apply(declaring(TWO))).toMatchObject({ failed: [] });
  expect(await stand.apply(declaring({ www: ['10.0.0.8'], etcd: ['10.0.0.5'] }))).toMatchObject({ failed: [] });
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await stand.walk()).toEqual([]);
});

async function zoneIdOf({ clock, services: { route53 } }: CloudStand): Promise<string> {
  const { HostedZones = [] } = await clock.run(route53.send(new ListHostedZonesCommand({})));
  return (HostedZones[0]?.Id ?? '').replace('/hostedzone/', '');
}

async function recordsIn(stand: CloudStand): Promise<readonly string[]> {
  const command = new ListResourceRecordSetsCommand({ HostedZoneId: await zoneIdOf(stand) });
  const { ResourceRecordSets = [] } = await stand.run(stand.services.route53.send(command));
  const plain = ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
  return plain.map(({ Name, ResourceRecords = [] }) =>
    [Name, ...fromSeen({ Name, Type: 'A', ResourceRecords }).values].join(' '),
  );
}

async function byHand(stand: CloudStand, Action: 'CREATE' | 'UPSERT', record: ResourceRecordSet): Promise<void> {
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet: record }] };
  const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: await zoneIdOf(stand), ChangeBatch });
  await stand.run(stand.services.route53.send(command));
}
