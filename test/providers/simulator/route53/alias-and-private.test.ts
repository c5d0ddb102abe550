import { CreateVpcCommand } from '@aws-sdk/client-ec2';
import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByVPCCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { BalancedNetwork } from '../support/balanced-network.ts';
import { faultOf, refusalOf, REGION, SdkAccount } from '../support/sdk-account.ts';

const Messages = z.object({ messages: z.array(z.string()) });

interface Alias {
  readonly DNSName: string;
  readonly HostedZoneId: string;
  readonly EvaluateTargetHealth: boolean;
}

/** A zone, and a load balancer for its names to stand for. */
class AliasedZone {
  readonly place: BalancedNetwork;
  readonly id: string;
  readonly alias: Alias;

  private constructor(place: BalancedNetwork, id: string, alias: Alias) {
    this.place = place;
    this.id = id;
    this.alias = alias;
  }

  static async open(): Promise<AliasedZone> {
    const place = await BalancedNetwork.open();
    const { DNSName = '', CanonicalHostedZoneId = '' } = await place.makeBalancer();
    const made = new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' });
    const { HostedZone } = await place.account.in().route53.send(made);
    await place.pass(60_000);
    const alias = { DNSName, HostedZoneId: CanonicalHostedZoneId, EvaluateTargetHealth: true };
    return new AliasedZone(place, HostedZone?.Id ?? '', alias);
  }

  change(Action: ChangeAction, record: Partial<ResourceRecordSet>) {
    const ResourceRecordSet = { Name: 'www.example.com', Type: 'A' as const, ...record };
    const ChangeBatch = { Changes: [{ Action, ResourceRecordSet }] };
    const command = new ChangeResourceRecordSetsCommand({ HostedZoneId: this.id, ChangeBatch });
    return this.place.account.in().route53.send(command);
  }

  async complaint(action: ChangeAction, record: Partial<ResourceRecordSet>): Promise<string> {
    const { name: _, ...details } = await faultOf(this.change(action, record));
    const { messages } = Messages.parse(details);
    return messages.join(', ');
  }

  async records(): Promise<readonly ResourceRecordSet[]> {
    const command = new ListResourceRecordSetsCommand({ HostedZoneId: this.id });
    const { ResourceRecordSets = [] } = await this.place.account.in().route53.send(command);
    return ResourceRecordSets.filter(({ Type }) => Type === 'A');
  }
}

test('R53-29: an alias has a target, and neither values nor a time of its own', async () => {
  const zone = await AliasedZone.open();
  await zone.change('CREATE', { AliasTarget: zone.alias });
  expect(await zone.records()).toMatchObject([
    { Name: 'www.example.com.', AliasTarget: { EvaluateTargetHealth: true } },
  ]);
  expect((await zone.records())[0]?.TTL).toBeUndefined();
  const values = { ResourceRecords: [{ Value: '192.0.2.1' }] };
  for (const half of [
    { AliasTarget: zone.alias, TTL: 60 },
    { AliasTarget: zone.alias, ...values },
    values,
    { TTL: 60 },
  ])
    expect(await zone.complaint('UPSERT', half)).toContain('Expected exactly one of AliasTarget and ResourceRecords');
});

test('R53-30: what an alias stands for has to lie in its zone, and to be there', async () => {
  const zone = await AliasedZone.open();
  const elsewhere = { ...zone.alias, HostedZoneId: 'Z0123456789ABC' };
  expect(await zone.complaint('CREATE', { AliasTarget: elsewhere })).toBe(
    `Tried to create an alias that targets ${zone.alias.DNSName}., type A in zone Z0123456789ABC, but the alias target name does not lie within the target zone`,
  );
  const nobody = { ...zone.alias, DNSName: 'nobody-0000.elb.eu-west-3.amazonaws.com' };
  expect(await zone.complaint('CREATE', { AliasTarget: nobody })).toContain('but that target was not found');
});

test('R53-31: a target is shown in small letters with a dot, and an alias is deleted as it is', async () => {
  const zone = await AliasedZone.open();
  await zone.change('CREATE', { AliasTarget: { ...zone.alias, DNSName: zone.alias.DNSName.toUpperCase() } });
  const [seen] = await zone.records();
  expect(seen?.AliasTarget?.DNSName).toBe(`${zone.alias.DNSName}.`);
  await zone.place.pass(60_000);
  const other = { ...zone.alias, EvaluateTargetHealth: false };
  expect(await zone.complaint('DELETE', { AliasTarget: other })).toContain('do not match the current values');
  await zone.change('DELETE', { AliasTarget: zone.alias });
  expect(await zone.records()).toEqual([]);
});

async function networkIn(account: SdkAccount): Promise<string> {
  const { Vpc } = await account.in().ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  return Vpc?.VpcId ?? '';
}

function makePrivate(account: SdkAccount, VPCId: string, CallerReference = 'one') {
  const HostedZoneConfig = { PrivateZone: true };
  const VPC = { VPCId, VPCRegion: REGION } as const;
  const request = { Name: 'example.com', CallerReference, HostedZoneConfig, VPC };
  return account.in().route53.send(new CreateHostedZoneCommand(request));
}

test('R53-32: a private zone is made with a network that is there', async () => {
  const account = await SdkAccount.open();
  expect(await refusalOf(makePrivate(account, 'vpc-00000000000000000'))).toBe('InvalidVPCId 400');
  const without = { Name: 'example.com', CallerReference: 'one', HostedZoneConfig: { PrivateZone: true } };
  expect(await refusalOf(account.in().route53.send(new CreateHostedZoneCommand(without)))).toBe('InvalidInput 400');
  expect((await makePrivate(account, await networkIn(account))).HostedZone?.Config?.PrivateZone).toBe(true);
});

test('R53-33: a private zone says who sees it, and has no delegation set', async () => {
  const account = await SdkAccount.open();
  const VPCId = await networkIn(account);
  const { HostedZone, DelegationSet, VPC } = await makePrivate(account, VPCId);
  expect([DelegationSet, VPC]).toEqual([undefined, { VPCId, VPCRegion: REGION }]);
  const seen = await account.in().route53.send(new GetHostedZoneCommand({ Id: HostedZone?.Id }));
  expect([seen.DelegationSet, seen.VPCs]).toEqual([undefined, [{ VPCId, VPCRegion: REGION }]]);
  const { HostedZones } = await account.in().route53.send(new ListHostedZonesCommand({}));
  expect(HostedZones?.map(({ Config }) => Config?.PrivateZone)).toEqual([true]);
});

test('R53-34: a network sees one zone of a name', async () => {
  const account = await SdkAccount.open();
  const VPCId = await networkIn(account);
  await makePrivate(account, VPCId);
  expect(await refusalOf(makePrivate(account, VPCId, 'two'))).toBe('ConflictingDomainExists 400');
  await makePrivate(account, await networkIn(account), 'three');
  const everybody = new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'four' });
  expect((await account.in().route53.send(everybody)).DelegationSet?.NameServers).toHaveLength(4);
});

test('R53-35: zones are listed by the network that sees them', async () => {
  const account = await SdkAccount.open();
  const [one, other] = [await networkIn(account), await networkIn(account)];
  const { HostedZone } = await makePrivate(account, one);
  const seenFrom = async (VPCId: string) => {
    const answer = await account.in().route53.send(new ListHostedZonesByVPCCommand({ VPCId, VPCRegion: REGION }));
    return answer.HostedZoneSummaries?.map(({ HostedZoneId, Name }) => `${HostedZoneId} ${Name}`);
  };
  expect(await seenFrom(one)).toEqual([`${HostedZone?.Id?.replace('/hostedzone/', '')} example.com.`]);
  expect(await seenFrom(other)).toEqual([]);
});
