import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import type { BlueprintBuilder } from '#engine/blueprint.ts';
import { declareDelegation } from '#providers/aws/declare-delegation.ts';
import { route53Zone } from '#providers/aws/route53/zone.ts';
import { AwsFault } from '#providers/simulator/aws-fault.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';

const DOMAIN = 'sites.example.com';
/** However bad the weather. */
const SEEN_AFTER_MS = 15_000;

/** As the cluster does it: its zone, and what leads to it. */
const declaring =
  (domain = DOMAIN) =>
  (builder: BlueprintBuilder): void => {
    const own = builder.declare(route53Zone, 'zone', { domain });
    const scope = { builder, uid: UID, clusterName: 'bench', tags: undefined, region: REGION };
    declareDelegation(scope, { domain, zone: { address: own.address, id: own.output('zoneId'), isShared: false } });
  };

/** Asked until it is answered; what exists was made by an answer that was lost. */
async function insisting<Answer>(stand: CloudStand, ask: () => Promise<Answer>): Promise<Answer | Partial<Answer>> {
  for (let left = 20; ; left -= 1) {
    try {
      return await stand.run(ask());
    } catch (error) {
      if (error instanceof AwsFault && error.name === 'HostedZoneAlreadyExists') return {};
      if (!(error instanceof AwsFault) || left === 0) throw error;
    }
    await stand.run(stand.clock.sleep(2_000));
  }
}

function allZones(stand: CloudStand) {
  return insisting(stand, () => stand.services.route53.send(new ListHostedZonesCommand({ MaxItems: 100 })));
}

/** A zone of somebody's. */
async function makeZone(stand: CloudStand, Name: string): Promise<string> {
  const { route53 } = stand.services;
  const create = () => route53.send(new CreateHostedZoneCommand({ Name, CallerReference: `somebody ${Name}` }));
  await insisting(stand, create);
  await stand.run(stand.clock.sleep(SEEN_AFTER_MS));
  const { HostedZones = [] } = await allZones(stand);
  return (HostedZones.find((zone) => zone.Name === `${Name}.`)?.Id ?? '').replace('/hostedzone/', '');
}

async function nameServersIn(stand: CloudStand, zoneId: string, name = DOMAIN): Promise<readonly string[]> {
  const start = { StartRecordName: name, StartRecordType: 'NS', MaxItems: 1 } as const;
  const ask = () => stand.services.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...start }));
  const { ResourceRecordSets = [] } = await insisting(stand, ask);
  const set = ResourceRecordSets.find(({ Name, Type }) => Name === `${name}.` && Type === 'NS');
  return (set?.ResourceRecords ?? []).map(({ Value = '' }) => Value.replace(/\.$/, '')).toSorted();
}

function leading(...servers: readonly string[]): ResourceRecordSet {
  return { Name: DOMAIN, Type: 'NS', TTL: 60, ResourceRecords: servers.map((Value) => ({ Value })) };
}

async function byHand(stand: CloudStand, HostedZoneId: string, Action: 'CREATE' | 'UPSERT', set: ResourceRecordSet) {
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet: set }] };
  const command = new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch });
  await stand.run(stand.services.route53.send(command));
}

/** Of the cluster's own zone. */
async function ownServers(stand: CloudStand): Promise<readonly string[]> {
  const { HostedZones = [] } = await allZones(stand);
  const own = HostedZones.find(({ CallerReference = '' }) => CallerReference.includes(UID));
  return nameServersIn(stand, (own?.Id ?? '').replace('/hostedzone/', ''));
}

test.each([
  ['calm', CALM_WEATHER],
  ['mild', MILD_WEATHER],
  ['mean', { ...MEAN_WEATHER, pageSizeOne: 0 }],
])(
  'the nearest zone above leads to the cluster, and no longer when that goes, in %s weather',
  async (_name, weather) => {
    const stand = await CloudStand.open({ weather });
    const far = await makeZone(stand, 'com');
    const near = await makeZone(stand, 'example.com');
    expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
    await stand.run(stand.clock.sleep(SEEN_AFTER_MS));
    const own = await ownServers(stand);
    expect(own).toHaveLength(4);
    expect(await nameServersIn(stand, near)).toEqual(own);
    expect(await nameServersIn(stand, far)).toEqual([]);
    expect(await stand.plan(declaring())).toEqual([]);
    expect(await stand.delete()).toMatchObject({ failed: [] });
    await stand.run(stand.clock.sleep(SEEN_AFTER_MS));
    expect(await nameServersIn(stand, near)).toEqual([]);
    expect(await stand.walk()).toContain('hosted-zone');
  },
);

test('an account without a zone above has nothing written, and nothing to look at later', async () => {
  const stand = await CloudStand.open();
  await makeZone(stand, 'other.example.com');
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(stand.changes.filter((name) => name === 'route53.ChangeResourceRecordSets')).toEqual([]);
  expect(await stand.plan(declaring())).toEqual([]);
  // The choice is made once.
  await makeZone(stand, 'example.com');
  expect(await stand.plan(declaring())).toEqual([]);
  expect(await stand.delete()).toMatchObject({ failed: [] });
});

test('what leads the name elsewhere is not touched, neither by making nor by deleting', async () => {
  const stand = await CloudStand.open();
  const parent = await makeZone(stand, 'example.com');
  await byHand(stand, parent, 'CREATE', leading('ns.elsewhere.example.'));
  const { failed } = await stand.apply(declaring());
  expect(failed.map(({ code, address }) => `${address}: ${code}`)).toEqual(['zone.delegation: resource.name-taken']);
  expect(await nameServersIn(stand, parent)).toEqual(['ns.elsewhere.example']);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await nameServersIn(stand, parent)).toEqual(['ns.elsewhere.example']);
});

test('what somebody has led elsewhere since is left to them', async () => {
  const stand = await CloudStand.open();
  const parent = await makeZone(stand, 'example.com');
  await stand.apply(declaring());
  await byHand(stand, parent, 'UPSERT', leading('ns.elsewhere.example.'));
  const { failed } = await stand.apply(declaring());
  expect(failed.map(({ code, address }) => `${address}: ${code}`)).toEqual(['zone.delegation: resource.name-taken']);
  expect(await stand.delete()).toMatchObject({ failed: [] });
  expect(await nameServersIn(stand, parent)).toEqual(['ns.elsewhere.example']);
});

test('who has set the servers of the zone by hand already has done what was to be done', async () => {
  const stand = await CloudStand.open();
  await stand.apply((builder) => void builder.declare(route53Zone, 'zone', { domain: DOMAIN }));
  const parent = await makeZone(stand, 'example.com');
  await byHand(stand, parent, 'CREATE', leading(...(await ownServers(stand)).map((name) => `${name}.`)));
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  expect(await stand.plan(declaring())).toEqual([]);
});

test('a zone that is made anew is led to anew', async () => {
  const stand = await CloudStand.open();
  const parent = await makeZone(stand, 'example.com');
  await stand.apply(declaring());
  const before = await nameServersIn(stand, parent);
  const { HostedZones = [] } = await allZones(stand);
  const own = HostedZones.find(({ CallerReference = '' }) => CallerReference.includes(UID));
  await stand.run(stand.services.route53.send(new DeleteHostedZoneCommand({ Id: own?.Id })));
  expect(await stand.apply(declaring())).toMatchObject({ failed: [] });
  const after = await nameServersIn(stand, parent);
  expect(after).toEqual(await ownServers(stand));
  expect(after).not.toEqual(before);
});
