import type * as ec2 from '@aws-sdk/client-ec2';
import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as iam from '@aws-sdk/client-iam';
import type * as kms from '@aws-sdk/client-kms';
import type * as pricing from '@aws-sdk/client-pricing';
import type * as route53 from '@aws-sdk/client-route-53';
import type * as s3 from '@aws-sdk/client-s3';
import type * as quotas from '@aws-sdk/client-service-quotas';
import type * as sts from '@aws-sdk/client-sts';
import type { InstanceId } from '#engine/address.ts';
import type { AssetShelf } from '#host/asset-shelf.ts';
import type { Mailbox } from '#host/mailbox.ts';
import type { PeerBoard } from '#host/peer-board.ts';
import type { FirstWords } from './ec2/first-words.ts';
import type { Ec2Listings } from './ec2/listings.ts';
import type { Taggings } from './ec2/taggings.ts';
import type { Terminations } from './ec2/terminations.ts';
import type { Targets } from './elb/targets.ts';
import type { Launches } from './launches.ts';
import type { RecordBatches } from './route53/record-batches.ts';
import type { Zones } from './route53/zones.ts';
import type { Accounts } from './sts/accounts.ts';
import type { AwsService } from './service.ts';

/** What the kinds of this provider work with: one account, one region, one process. */
export interface AwsSession {
  readonly region: string;
  readonly ec2: AwsService<ec2.ServiceInputTypes, ec2.ServiceOutputTypes>;
  readonly elb: AwsService<elb.ServiceInputTypes, elb.ServiceOutputTypes>;
  readonly iam: AwsService<iam.ServiceInputTypes, iam.ServiceOutputTypes>;
  readonly kms: AwsService<kms.ServiceInputTypes, kms.ServiceOutputTypes>;
  readonly pricing: AwsService<pricing.ServiceInputTypes, pricing.ServiceOutputTypes>;
  readonly quotas: AwsService<quotas.ServiceInputTypes, quotas.ServiceOutputTypes>;
  readonly route53: AwsService<route53.ServiceInputTypes, route53.ServiceOutputTypes>;
  readonly s3: AwsService<s3.ServiceInputTypes, s3.ServiceOutputTypes>;
  readonly sts: AwsService<sts.ServiceInputTypes, sts.ServiceOutputTypes>;
  /** What EC2 has, asked for once by all who ask at the same time. */
  readonly listings: Ec2Listings;
  /** One request for all machines of a lot. */
  readonly launches: Launches<ec2.RunInstancesCommandOutput>;
  /** One request for all machines that go at one moment. */
  readonly terminations: Terminations;
  /** One request for everything that gets the same tags at one moment. */
  readonly taggings: Taggings;
  /** The record changes of one moment, in one batch for each zone. */
  readonly recordBatches: RecordBatches;
  /** What is in them and whose they are, asked for as rarely as can be. */
  readonly zones: Zones;
  /** Who stands behind the load balancers. */
  readonly targets: Targets;
  /** The account that is worked in: names of things that others look up have it in them. */
  readonly accounts: Accounts;
  readonly mailbox: Mailbox;
  readonly peers: PeerBoard;
  readonly assets: AssetShelf;
  /** What this process has destroyed although the cloud goes on showing it: a pinned image, a machine that had died. */
  readonly dismissed: Set<InstanceId>;
  /** What cloud-init does on a machine that is told this. */
  readonly userDataOf: (words: FirstWords) => string;
}
