import { type Instance, ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { parseAddress } from '#engine/address.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { DataKeeping } from '#provider/provider-module.ts';
import type { AwsSession } from '../session.ts';
import { dataDeviceNames } from './launch-request.ts';

interface Keeping {
  readonly keepsData?: true | undefined;
}

/**
 * Whether the disks for data would stay when the machine goes; where they are not all alike, it is not as it is wanted. The
 * disk with the system always goes, and what others have attached is theirs.
 */
export function keepsDataDisks(
  { BlockDeviceMappings = [] }: Instance,
  { keepsData, dataDisksGiB }: Keeping & { readonly dataDisksGiB: readonly number[] },
): boolean {
  const names = new Set<string | undefined>(dataDeviceNames(dataDisksGiB));
  const own = BlockDeviceMappings.filter(({ DeviceName }) => names.has(DeviceName));
  const kept = own.filter(({ Ebs }) => Ebs?.DeleteOnTermination === false);
  return kept.length > 0 && (keepsData !== true || kept.length === names.size);
}

/** Answers what it is afterwards. */
export async function syncDataKeeping(
  aws: Pick<AwsSession, 'ec2'>,
  context: ResourceContext,
  { keepsData, dataDisksGiB }: Keeping & { readonly dataDisksGiB: readonly number[] },
  observed: Keeping & { readonly instanceId: string },
): Promise<{ readonly keepsData?: true }> {
  const names = dataDeviceNames(dataDisksGiB);
  if (keepsData === observed.keepsData || names.length === 0) return keepingIs(observed.keepsData);
  const Ebs = { DeleteOnTermination: keepsData !== true };
  const request = new ModifyInstanceAttributeCommand({
    InstanceId: observed.instanceId,
    BlockDeviceMappings: names.map((DeviceName) => ({ DeviceName, Ebs })),
  });
  await aws.ec2.mutate(context, 'set whether the data disks go with the machine', request);
  return keepingIs(keepsData);
}

function keepingIs(keepsData: true | undefined): { readonly keepsData?: true } {
  return keepsData === undefined ? {} : { keepsData };
}

const WithData = z.looseObject({ dataDisksGiB: z.array(z.number()) });

export const dataKeeping: DataKeeping = {
  disksOf: (kind, inputs) => (kind === 'aws.ec2.instance' ? (WithData.safeParse(inputs).data?.dataDisksGiB ?? []) : []),
  keeping: (inputs) => ({ ...WithData.parse(inputs), keepsData: true }),
  asResource: (disk) => ({ address: parseAddress('disk'), kind: 'aws.ec2.volume', inputs: disk }),
};
