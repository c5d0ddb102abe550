import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import type { AwsClients } from '#providers/aws/clients.ts';
import { refusalOf } from '../refusal.ts';

export type Dns = Pick<AwsClients, 'route53'>;

export const DOMAIN = 'blog.example.com';
export const MISSING = 'NoSuchHostedZone 404';
export const INVALID = 'InvalidChangeBatch 400';
export const NO_ZONE = 'Z0123456789ABCDEFGHIJ';

export async function makeZone({ route53 }: Dns, CallerReference = 'zone-of-a-fact', Name = DOMAIN): Promise<string> {
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ Name, CallerReference }));
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
}

export function a(name: string, ...values: string[]): ResourceRecordSet {
  return recordSet('A', name, values);
}

export function recordSet(Type: RRType, name: string, values: readonly string[], TTL = 300): ResourceRecordSet {
  return { Name: `${name}.${DOMAIN}`, Type, TTL, ResourceRecords: values.map((Value) => ({ Value })) };
}

export function change(Action: 'CREATE' | 'UPSERT' | 'DELETE', ResourceRecordSet: ResourceRecordSet): Change {
  return { Action, ResourceRecordSet };
}

export function batch(HostedZoneId: string, ...Changes: Change[]): ChangeResourceRecordSetsCommand {
  return new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } });
}

export async function apply({ route53 }: Dns, zoneId: string, ...changes: Change[]): Promise<string> {
  return refusalOf(route53.send(batch(zoneId, ...changes)));
}

/** `A www.blog.example.com. 192.0.2.1 192.0.2.2`, without the zone's own. */
export async function records({ route53 }: Dns, HostedZoneId: string): Promise<readonly string[]> {
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA').map(
    ({ Type, Name, ResourceRecords = [] }) =>
      [Type, Name, ...ResourceRecords.map(({ Value = '' }) => Value).toSorted()].join(' '),
  );
}

export async function deleteZone({ route53 }: Dns, Id: string): Promise<string> {
  return refusalOf(route53.send(new DeleteHostedZoneCommand({ Id })));
}
