import { partitionOf } from '../partition.ts';
import type { AwsSession } from '../session.ts';
import type { Asking } from '../shared-listing.ts';
import { MAILBOX } from './places.ts';

type Session = Pick<AwsSession, 'accounts' | 'region'>;

/** What the keys of all boxes of this account and region begin with: what follows is the box and its letters. */
export async function prefixOfBoxes({ accounts, region }: Session, context: Asking): Promise<string> {
  const account = await accounts.own(context);
  return `${MAILBOX}arn:${partitionOf(region).id}:ec2:${region}:${account}:instance/`;
}

/**
 * A box has the name of its machine: `i-…`. Its letters lie under the machine's whole ARN, since that is what a policy
 * can put in for whoever asks: so a machine reaches no other box than its own.
 */
export async function prefixOfBox(aws: Session, context: Asking, box: string): Promise<string> {
  return `${await prefixOfBoxes(aws, context)}${box}/`;
}
