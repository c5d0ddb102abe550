import { fault } from '../aws-fault.ts';
import type { ServiceManual } from '../operation.ts';
import { quotaOperations } from './quota-operations.ts';

export const quotasManual: ServiceManual = {
  name: 'quotas',
  operations: quotaOperations,
  kinds: [],
  throttled: () => fault('TooManyRequestsException', 'Rate exceeded'),
  failed: () => fault('ServiceException', 'Something went wrong.', 500),
  expired: () => fault('ExpiredTokenException', 'The security token included in the request is expired'),
};
