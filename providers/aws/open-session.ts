import type { Consistency } from '#engine/runtime.ts';
import type { Clock } from '#std/clock.ts';
import { ec2Listings } from './ec2/listings.ts';
import { MachinePresence } from './ec2/machine-presence.ts';
import { Launches } from './launches.ts';
import { RecordBatches } from './route53/record-batches.ts';
import { Zones } from './route53/zones.ts';
import { BucketMailbox } from './s3/bucket-mailbox.ts';
import { AwsService } from './service.ts';
import type { AwsClients } from './clients.ts';
import type { AwsSession } from './session.ts';

export interface SessionOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly consistency: Consistency;
}

/** What the kinds share while they work, over one set of clients. */
export function openSession(services: AwsClients, { region, clock, consistency }: SessionOptions): AwsSession {
  const ec2: AwsSession['ec2'] = new AwsService('ec2', services.ec2);
  const route53: AwsSession['route53'] = new AwsService('route53', services.route53);
  const s3: AwsSession['s3'] = new AwsService('s3', services.s3);
  const listings = ec2Listings(ec2);
  const { visibleWithinMs } = consistency;
  const presence = new MachinePresence({ listings, clock, visibleWithinMs });
  return {
    region,
    ec2,
    iam: new AwsService('iam', services.iam),
    kms: new AwsService('kms', services.kms),
    route53,
    s3,
    sts: new AwsService('sts', services.sts),
    listings,
    launches: new Launches(),
    recordBatches: new RecordBatches(route53, clock),
    zones: new Zones(route53),
    mailbox: new BucketMailbox({ s3, machineOf: (context, box) => presence.of(context, box) }),
    dismissed: new Set(),
  };
}
