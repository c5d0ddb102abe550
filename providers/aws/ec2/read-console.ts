import { GetConsoleOutputCommand, type GetConsoleOutputCommandOutput } from '@aws-sdk/client-ec2';
import { isRejected } from '#engine/call.ts';
import { problem } from '#engine/problem.ts';
import type { ResourceContext } from '#engine/resource.ts';
import { wasRefused } from '../answers.ts';
import type { AwsSession } from '../session.ts';

type Session = { readonly aws: Pick<AwsSession, 'ec2'> };

/** The last 64 KiB of what a machine has said on its serial console: of this moment, where its kind lets EC2 tell that. */
export async function readConsole(
  { aws: { ec2 } }: Session,
  context: Pick<ResourceContext, 'read'>,
  InstanceId: string,
): Promise<string> {
  const read = (Latest: boolean): Promise<GetConsoleOutputCommandOutput> =>
    ec2.read(context, 'read the serial console', new GetConsoleOutputCommand({ InstanceId, Latest }));
  try {
    const { Output = '' } = await read(true).catch((error: unknown) => {
      if (!wasRefused(error) || isRejected(error, 'absent') || isRejected(error, 'denied')) throw error;
      return read(false);
    });
    return Buffer.from(Output, 'base64').toString();
  } catch (error) {
    if (!isRejected(error, 'absent')) throw error;
    throw problem('machine.gone', { detail: `EC2 has no machine ${InstanceId} any more.`, cause: error });
  }
}
