import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { refusalProblem } from '#engine/refusal.ts';
import type { ResourceContext } from '#engine/resource.ts';
import type { AccountIdentity } from '#provider/provider-module.ts';
import { answered } from '../answers.ts';
import type { AwsSession } from '../session.ts';

/** Whose credentials are in use. The one request that needs no permission. */
export async function whoAmI(
  { sts }: Pick<AwsSession, 'sts'>,
  context: Pick<ResourceContext, 'read'>,
): Promise<AccountIdentity> {
  try {
    const { Account, Arn } = await sts.read(context, 'ask who we are', new GetCallerIdentityCommand({}));
    return { account: answered(Account, 'Account'), principal: answered(Arn, 'Arn') };
  } catch (error) {
    throw refusalProblem(error) ?? error;
  }
}
