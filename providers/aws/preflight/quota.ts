import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { PreflightFinding } from '#provider/preflight.ts';
import { unlessAbsent } from '../answers.ts';
import { partitionOf } from '../partition.ts';
import { asking, bad, good, type Look, warning } from './look.ts';

/** A limit of the account, as Service Quotas names it. */
export interface Quota {
  readonly service: string;
  readonly code: string;
}

/** Undefined: Service Quotas does not know it in this region. What was never raised may only have its default. */
async function quotaValue({ aws, context }: Look, { service, code }: Quota): Promise<number | undefined> {
  const named = { ServiceCode: service, QuotaCode: code };
  const ask = aws.quotas.read(context, 'look up a quota', new GetServiceQuotaCommand(named));
  const applied = await asking('servicequotas:GetServiceQuota', unlessAbsent(ask));
  if (applied?.Quota?.Value !== undefined) return applied.Quota.Value;
  const askDefault = aws.quotas.read(context, 'look up a quota', new GetAWSDefaultServiceQuotaCommand(named));
  const byDefault = await asking('servicequotas:GetAWSDefaultServiceQuota', unlessAbsent(askDefault));
  return byDefault?.Quota?.Value;
}

export interface Need {
  readonly check: string;
  readonly quota: Quota;
  /** What it counts: "vCPUs of Standard machines". */
  readonly of: string;
  /** There now, other than what is planned. */
  readonly there: number;
  readonly more: number;
  /** Of those that are there, how many the plan ends. */
  readonly going?: number;
  readonly otherwise?: string;
}

/** `there + more` beside what the account may have. */
export async function judgeQuota(look: Look, need: Need): Promise<PreflightFinding> {
  const { check, quota, of, there, more, going = 0, otherwise } = need;
  const limit = await quotaValue(look, quota);
  if (limit === undefined) {
    return warning(check, `Not looked at: Service Quotas tells no number for ${of}.`);
  }
  const needed = there + more;
  const sum = `(${there} there, ${more} more)`;
  if (needed <= limit) return good(check, `${of}: ${needed} of ${limit} ${sum}.`);
  if (needed - going <= limit) {
    const what = `${of}: ${needed} ${sum}, and the account may have ${limit}, until ${going} of them ${going === 1 ? 'goes' : 'go'}.`;
    return warning(check, what, 'What finds no room at first is made by the next apply.');
  }
  const request = `Ask for at least ${needed - going}: ${requestLink(look.aws.region, quota)}`;
  const what = `${of}: ${needed} needed ${sum}, and the account may have ${limit}.`;
  return bad(check, what, otherwise === undefined ? request : `${otherwise} ${request}`);
}

/** Where a person asks for more. */
export function requestLink(region: string, { service, code }: Quota): string {
  return `${partitionOf(region).consoleOf(region)}/servicequotas/home/services/${service}/quotas/${code}`;
}
