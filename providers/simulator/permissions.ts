import { type AwsFault, fault } from './aws-fault.ts';
import type { Permissions } from './weather.ts';

/** The user who sends every request, unless the weather says otherwise. */
const USER = 'simulated-operator';
/** The role that is assumed otherwise. */
const ROLE = 'operator';

/** As `GetCallerIdentity` tells it. */
export function callerArn(accountId: string, { caller }: Permissions): string {
  switch (caller) {
    case 'user':
      return `arn:aws:iam::${accountId}:user/${USER}`;
    case 'role':
      return `arn:aws:sts::${accountId}:assumed-role/${ROLE}/simulated-session`;
    case 'root':
      return `arn:aws:iam::${accountId}:root`;
    case 'federated':
      return `arn:aws:sts::${accountId}:federated-user/${USER}`;
  }
}

interface Asked {
  readonly service: string;
  readonly operation: string;
}

/** Refuses a request whose own action is denied to whoever sends it. */
export function refuseDenied({ service, operation }: Asked, { denied }: Permissions): void {
  const action = `${PREFIXES.get(service) ?? service}:${operation}`;
  if (denied.includes(action)) throw denial(service, action);
}

/** As IAM spells a service. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['elb', 'elasticloadbalancing'],
  ['quotas', 'servicequotas'],
]);

function denial(service: string, action: string): AwsFault {
  if (service === 'ec2') {
    const words = 'You are not authorized to perform this operation.';
    return fault('UnauthorizedOperation', `${words} User is not authorized to perform: ${action}`, 403);
  }
  const message = `User is not authorized to perform: ${action} because no identity-based policy allows it`;
  return WITH_JSON.has(service) ? fault('AccessDeniedException', message) : fault('AccessDenied', message, 403);
}

/** These answer every refusal with a 400. */
const WITH_JSON: ReadonlySet<string> = new Set(['kms', 'pricing', 'quotas']);
