import type { Consistency } from '#engine/runtime.ts';
import { SharedPeerBoard } from '#host/shared-peer-board.ts';
import type { Clock } from '#std/clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { ec2Listings } from './ec2/listings.ts';
import { MachinePresence } from './ec2/machine-presence.ts';
import { Taggings } from './ec2/taggings.ts';
import { Terminations } from './ec2/terminations.ts';
import { Targets } from './elb/targets.ts';
import { Launches } from './launches.ts';
import { RecordBatches } from './route53/record-batches.ts';
import { Zones } from './route53/zones.ts';
import { BucketShelf } from './s3/asset-shelf.ts';
import { BucketMailbox } from './s3/bucket-mailbox.ts';
import { BucketBoard } from './s3/peer-board.ts';
import { AwsService } from './service.ts';
import { Accounts } from './sts/accounts.ts';
import type { AwsClients } from './clients.ts';
import type { AwsSession } from './session.ts';

export interface SessionOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly consistency: Consistency;
  readonly userDataOf: AwsSession['userDataOf'];
}

/** What the kinds share while they work, over one set of clients. */
export function openSession(
  services: AwsClients,
  { region, clock, consistency, userDataOf }: SessionOptions,
): AwsSession {
  const ec2: AwsSession['ec2'] = new AwsService('ec2', services.ec2, region);
  const elb: AwsSession['elb'] = new AwsService('elb', services.elb, region);
  const route53: AwsSession['route53'] = new AwsService('route53', services.route53, region);
  const s3: AwsSession['s3'] = new AwsService('s3', services.s3, region);
  const sts: AwsSession['sts'] = new AwsService('sts', services.sts, region);
  const accounts = new Accounts(sts);
  const listings = ec2Listings(ec2);
  const { visibleWithinMs } = consistency;
  const presence = new MachinePresence({ listings, clock, visibleWithinMs });
  return {
    region,
    ec2,
    elb,
    iam: new AwsService('iam', services.iam, region),
    kms: new AwsService('kms', services.kms, region),
    pricing: new AwsService('pricing', services.pricing, region),
    quotas: new AwsService('quotas', services.quotas, region),
    route53,
    s3,
    sts,
    listings,
    launches: new Launches(),
    terminations: new Terminations(ec2, clock),
    taggings: new Taggings(ec2, clock),
    recordBatches: new RecordBatches(route53, clock),
    zones: new Zones(route53),
    targets: new Targets(elb),
    accounts,
    mailbox: new BucketMailbox({ s3, accounts, region, machineOf: (context, box) => presence.of(context, box) }),
    peers: new SharedPeerBoard(new BucketBoard(s3, clock), clock),
    assets: new BucketShelf({ s3, disk: new SystemDisk() }),
    dismissed: new Set(),
    userDataOf,
  };
}
