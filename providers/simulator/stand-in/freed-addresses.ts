import {
  type Address,
  DescribeAddressesCommand,
  type DescribeAddressesCommandOutput,
  DescribeInstancesCommand,
  DescribeNatGatewaysCommand,
  DisassociateAddressCommand,
  type EC2Client,
  type NatGateway,
} from '@aws-sdk/client-ec2';
import { mapLimit } from '#std/map-limit.ts';
import { onBehalf } from './on-behalf.ts';

const AT_ONCE = 4;

/**
 * At AWS a machine or a NAT gateway that has ended lets go of its address; an emulator may leave it tied for ever. So what
 * has ended lets go before anybody sees it.
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
  const tied = addresses.filter(({ AssociationId = '' }) => AssociationId !== '');
  if (tied.length === 0) return [];
  const [machines, gateways] = await Promise.all([endedMachines(ec2), addressesOfEndedGateways(ec2)]);
  return tied.filter(
    ({ InstanceId = '', AllocationId = '' }) => machines.has(InstanceId) || gateways.has(AllocationId),
  );
}

async function endedMachines(ec2: Pick<EC2Client, 'send'>): Promise<ReadonlySet<string>> {
  const command = new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['terminated'] }] });
  onBehalf(command);
  const { Reservations = [] } = await ec2.send(command);
  const ids = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
  return new Set(ids.filter((id) => id !== undefined));
}

/** Unless one that lives has it by now. */
async function addressesOfEndedGateways(ec2: Pick<EC2Client, 'send'>): Promise<ReadonlySet<string>> {
  const command = new DescribeNatGatewaysCommand();
  onBehalf(command);
  const { NatGateways = [] } = await ec2.send(command);
  const allocationsOf = (gateways: readonly NatGateway[]): readonly string[] =>
    gateways
      .flatMap(({ NatGatewayAddresses = [] }) => NatGatewayAddresses.map(({ AllocationId }) => AllocationId))
      .filter((id) => id !== undefined);
  const alive = new Set(allocationsOf(NatGateways.filter(({ State }) => State !== 'deleted')));
  const ended = allocationsOf(NatGateways.filter(({ State }) => State === 'deleted'));
  return new Set(ended.filter((id) => !alive.has(id)));
}

/** Somebody else was faster. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && error.name === 'InvalidAssociationID.NotFound')) throw error;
}
