import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';

type Route53 = Pick<Route53Client, 'send'>;

export interface RecordChange {
  readonly Action: ChangeAction;
  readonly Name: string;
  readonly Type: RRType;
  readonly values: readonly string[];
  /** @default 60 */
  readonly TTL?: number;
}

export function changeRecords(route53: Route53, HostedZoneId: string, changes: readonly RecordChange[]) {
  const Changes = changes.map(({ Action, Name, Type, values, TTL = 60 }) => ({
    Action,
    ResourceRecordSet: { Name, Type, TTL, ResourceRecords: values.map((Value) => ({ Value })) },
  }));
  return route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
}

export async function recordsOf(route53: Route53, HostedZoneId: string): Promise<readonly ResourceRecordSet[]> {
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return ResourceRecordSets;
}
