import { fault } from '../aws-fault.ts';
import { MANAGED_INTERFACES } from '../ec2/managed-interface.ts';
import type { ServiceManual } from '../operation.ts';
import { LISTENERS, LOAD_BALANCERS, TARGET_GROUPS, TARGETS } from './elb-objects.ts';
import { LISTENER_OPERATIONS } from './listener-operations.ts';
import { LOAD_BALANCER_OPERATIONS } from './load-balancer-operations.ts';
import { TAG_OPERATIONS } from './tag-operations.ts';
import { TARGET_GROUP_OPERATIONS } from './target-group-operations.ts';
import { TARGET_OPERATIONS } from './target-operations.ts';

export const elbManual: ServiceManual = {
  name: 'elb',
  operations: [
    ...LOAD_BALANCER_OPERATIONS,
    ...TARGET_GROUP_OPERATIONS,
    ...LISTENER_OPERATIONS,
    ...TARGET_OPERATIONS,
    ...TAG_OPERATIONS,
  ],
  kinds: [LOAD_BALANCERS, TARGET_GROUPS, LISTENERS, TARGETS, MANAGED_INTERFACES],
  throttled: () => fault('Throttling', 'Rate exceeded'),
  failed: () => fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500),
  expired: () => fault('ExpiredToken', 'The security token included in the request is expired', 403),
};
