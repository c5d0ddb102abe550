import {
  type Address,
  DescribeAddressesCommand,
  type DescribeAddressesCommandOutput,
  DescribeInstancesCommand,
  DisassociateAddressCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { mapLimit } from '#std/map-limit.ts';
import { onBehalf } from './on-behalf.ts';

const AT_ONCE = 4;

/**
 * At AWS a machine that has ended lets go of its address; an emulator may leave it tied for ever. So what has ended lets go
 * before anybody sees it.
 */
export async function freedAddresses(
  ec2: Pick<EC2Client, 'send'>,
  command: DescribeAddressesCommand,
  options?: object,
): Promise<DescribeAddressesCommandOutput> {
  const answer = await ec2.send(command, options);
  const left = await tiedToEnded(ec2, answer.Addresses ?? []);
  if (left.length === 0) return answer;
  await mapLimit(left, AT_ONCE, async ({ AssociationId }) => {
    const letGo = new DisassociateAddressCommand({ AssociationId });
    onBehalf(letGo);
    await ec2.send(letGo).catch(unlessGone);
  });
  const again = new DescribeAddressesCommand(command.input);
  onBehalf(again);
  return ec2.send(again, options);
}

async function tiedToEnded(ec2: Pick<EC2Client, 'send'>, addresses: readonly Address[]): Promise<readonly Address[]> {
  const users = addresses.map(({ InstanceId }) => InstanceId).filter((id) => id !== undefined);
  if (users.length === 0) return [];
  const command = new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: users }, ENDED] });
  onBehalf(command);
  const { Reservations = [] } = await ec2.send(command);
  const ended = new Set(Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)));
  return addresses.filter(({ InstanceId }) => ended.has(InstanceId ?? ''));
}

const ENDED = { Name: 'instance-state-name', Values: ['terminated'] };

/** Somebody else was faster. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && error.name === 'InvalidAssociationID.NotFound')) throw error;
}
