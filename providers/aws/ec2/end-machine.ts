import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { AwsClients } from '../clients.ts';
import { callErrorOf } from '../problems.ts';

/** Without an intent, as somebody at the console would: the cluster has to find out by itself. */
export async function endMachine(
  { ec2 }: Pick<AwsClients, 'ec2'>,
  id: string,
  abortSignal: AbortSignal,
): Promise<void> {
  try {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }), { abortSignal });
  } catch (error) {
    throw callErrorOf(error);
  }
}
