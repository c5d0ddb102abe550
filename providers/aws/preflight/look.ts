import { CallError } from '#engine/call.ts';
import type { ResourceContext, ResourceType } from '#engine/resource.ts';
import type { PreflightFinding, PreflightRequest } from '#provider/preflight.ts';
import type { Clock } from '#std/clock.ts';
import type { AwsSession } from '../session.ts';
import type { Facts } from './facts.ts';

/** What a check works with. */
export interface Look {
  readonly aws: AwsSession;
  /** Nothing can be changed through it. */
  readonly context: ResourceContext;
  readonly request: PreflightRequest;
  readonly facts: Facts;
  readonly clock: Clock;
  /** Undefined: never, or nobody knows. */
  readonly credentialsEndAt: () => Promise<Date | undefined>;
  /** Every kind of this provider. */
  readonly types: ReadonlyMap<string, ResourceType>;
}

export interface Check {
  /** What its findings are called. */
  readonly name: string;
  /** Without anything planned that it is about it finds nothing, and asks nothing. */
  find(look: Look): Promise<readonly PreflightFinding[]>;
}

export function good(check: string, what: string): PreflightFinding {
  return { check, verdict: 'good', what };
}

export function warning(check: string, what: string, remedy?: string): PreflightFinding {
  return { check, verdict: 'warning', what, ...(remedy === undefined ? {} : { remedy }) };
}

export function bad(check: string, what: string, remedy: string): PreflightFinding {
  return { check, verdict: 'bad', what, remedy };
}

/** A question that got no answer, with the permission that it needs: that alone keeps nobody from going on. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly action: string;
  override readonly cause: CallError;

  constructor(action: string, cause: CallError) {
    super(`${action}: ${cause.message}`);
    this.action = action;
    this.cause = cause;
  }
}

/** `action` as IAM spells it: `servicequotas:GetServiceQuota`. */
export async function asking<Answer>(action: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof CallError ? new NoAnswer(action, error) : error;
  }
}

/**
 * | the answer to a check        | is told as                                                  |
 * |------------------------------|-------------------------------------------------------------|
 * | denied                       | a warning with the permission that is missing               |
 * | refused otherwise            | a warning: the endpoint does not know the question          |
 * | none, or none in time        | a warning with the service that was silent                  |
 */
export function unlooked(check: string, { action, cause }: NoAnswer): PreflightFinding {
  const [service = ''] = action.split(':');
  if (cause.outcome !== 'rejected')
    return warning(check, `Not looked at: ${service} did not answer (${cause.message}).`, GO_ON);
  if (cause.reason === 'denied') {
    return warning(
      check,
      `Not looked at: the credentials lack ${action}.`,
      `Grant ${action} to have it looked at beforehand.`,
    );
  }
  return warning(check, `Not looked at: ${action} is refused here (${cause.message}).`, GO_ON);
}

const GO_ON = 'The run goes on without it; should it fail for that reason, it says so then.';
