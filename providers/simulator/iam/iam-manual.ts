import { fault } from '../aws-fault.ts';
import { INSTANCE_PROFILES } from '../instance-profiles.ts';
import type { ServiceManual } from '../operation.ts';
import { INSTANCE_PROFILE_OPERATIONS } from './instance-profile-operations.ts';
import { simulatePrincipalPolicy } from './policy-simulation.ts';
import { ROLES } from './role.ts';
import { ROLE_OPERATIONS } from './role-operations.ts';
import { ROLE_POLICIES } from './role-policies.ts';

export const iamManual: ServiceManual = {
  name: 'iam',
  operations: [...ROLE_OPERATIONS, ...ROLE_POLICIES, ...INSTANCE_PROFILE_OPERATIONS, simulatePrincipalPolicy],
  kinds: [ROLES, INSTANCE_PROFILES],
  throttled: () => fault('Throttling', 'Rate exceeded'),
  failed: () => fault('ServiceFailureException', 'The request processing has failed because of an unknown error.', 500),
  expired: () => fault('ExpiredToken', 'The security token included in the request is expired', 403),
};
