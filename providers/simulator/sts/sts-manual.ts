import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { defineOperation, type ServiceManual } from '../operation.ts';
import { callerArn } from '../permissions.ts';

const getCallerIdentity = defineOperation({
  name: 'GetCallerIdentity',
  input: z.strictObject({}),
  run: (_input, { accountId, weather }) => ({
    Account: accountId,
    Arn: callerArn(accountId, weather.permissions),
    UserId: `AIDASIMULATED${accountId.slice(0, 8)}`,
  }),
});

export const stsManual: ServiceManual = {
  name: 'sts',
  operations: [getCallerIdentity],
  kinds: [],
  throttled: () => fault('Throttling', 'Rate exceeded'),
  failed: () => fault('InternalFailure', 'The request processing has failed because of an unknown error.', 500),
  expired: () => fault('ExpiredToken', 'The security token included in the request is expired', 403),
};
