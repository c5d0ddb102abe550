import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { accountCensus, type Listed } from './account-census.ts';
import type { MotoServer } from './moto-server.ts';

const INSTANCE_TAG = 'bootstrap:instance';

/** What is in an account, apart from what differs from one run to the next. */
export interface AccountForm {
  /** Kind and name of everything that is listed, with our mark or without, sorted. */
  readonly objects: readonly string[];
  /** Machines that were ever launched, those that have ended included. */
  readonly launches: number;
  /** Marks of one object that more than one bears. */
  readonly duplicates: readonly string[];
}

/** Counted in the emulator itself. */
export async function accountForm(moto: MotoServer): Promise<AccountForm> {
  const listed = await accountCensus(moto);
  const { Reservations = [] } = await new EC2Client(moto.clientConfig).send(new DescribeInstancesCommand());
  const marks = listed.map(markOf).filter((mark) => mark !== undefined);
  return {
    objects: listed.map(nameOf).toSorted(),
    launches: Reservations.reduce((sum, { Instances = [] }) => sum + Instances.length, 0),
    duplicates: marks.filter((mark, place) => marks.indexOf(mark) !== place),
  };
}

/** Ids are drawn anew each time; what a record is called is all it has. */
function nameOf({ kind, id, tags }: Listed): string {
  return `${kind} ${kind === 'record' ? id : (tags['Name'] ?? '')}`;
}

/** Members of a launch bear the marks of all; which is its own a machine's place in the launch tells. */
function markOf({ kind, tags, launchIndex }: Listed): string | undefined {
  const mark = tags[launchIndex === undefined ? INSTANCE_TAG : `${INSTANCE_TAG}/${launchIndex}`];
  return mark === undefined ? undefined : `${kind} ${mark}`;
}
