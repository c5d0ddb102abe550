import { fault } from '../aws-fault.ts';
import type { ServiceManual } from '../operation.ts';
import { ACTIVITIES, CHANGES, GET_CHANGE } from './change.ts';
import { RECORD_OPERATIONS } from './record-operations.ts';
import { RECORD_SETS } from './record-set.ts';
import { TAG_OPERATIONS } from './tag-operations.ts';
import { REFERENCES, ZONES } from './zone.ts';
import { ZONE_OPERATIONS } from './zone-operations.ts';

export const route53Manual: ServiceManual = {
  name: 'route53',
  operations: [...ZONE_OPERATIONS, ...RECORD_OPERATIONS, GET_CHANGE, ...TAG_OPERATIONS],
  kinds: [ZONES, REFERENCES, RECORD_SETS, CHANGES, ACTIVITIES],
  throttled: () => fault('Throttling', 'Rate exceeded'),
  failed: () => fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500),
  expired: () => fault('ExpiredToken', 'The security token included in the request is expired', 403),
};
