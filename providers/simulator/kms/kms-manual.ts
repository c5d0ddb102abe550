import { fault } from '../aws-fault.ts';
import type { ServiceManual } from '../operation.ts';
import { KEYS } from './key.ts';
import { KEY_OPERATIONS } from './key-operations.ts';
import { SEALING } from './sealing.ts';

export const kmsManual: ServiceManual = {
  name: 'kms',
  operations: [...KEY_OPERATIONS, ...SEALING],
  kinds: [KEYS],
  throttled: () => fault('ThrottlingException', 'You have exceeded the rate at which you may call KMS.'),
  failed: () => fault('KMSInternalException', 'An internal exception occurred. The request can be retried.', 500),
  expired: () => fault('ExpiredTokenException', 'The security token included in the request is expired'),
};
