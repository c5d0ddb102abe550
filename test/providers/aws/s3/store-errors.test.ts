import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { storeErrorOf } from '#providers/aws/s3/store-errors.ts';

test.each([
  ['PreconditionFailed', 412, 'precondition'],
  ['ConditionalRequestConflict', 409, 'conflict'],
  ['OperationAborted', 409, 'conflict'],
  ['ConcurrentModification', 409, 'conflict'],
  ['SlowDown', 503, 'unavailable'],
  ['ServiceUnavailable', 503, 'unavailable'],
  ['TooManyRequests', 429, 'unavailable'],
  ['NoSuchBucket', 404, 'unavailable'],
  ['KMS.NotFoundException', 400, 'unavailable'],
  ['InternalError', 500, 'ambiguous'],
  ['GatewayTimeout', 504, 'ambiguous'],
  ['RequestTimeout', 400, 'ambiguous'],
  ['AccessDenied', 403, 'denied'],
  ['Forbidden', 403, 'denied'],
  ['InvalidAccessKeyId', 403, 'denied'],
  ['ExpiredToken', 400, 'denied'],
  ['NoSuchKey', 404, 'denied'],
  ['KMS.DisabledException', 400, 'denied'],
])('%s is %s %s', (name, httpStatusCode, outcome) => {
  const thrown = new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode }, message: 'words' });
  expect(storeErrorOf(thrown)).toMatchObject({ name: 'StoreError', outcome, message: `${name}: words`, cause: thrown });
});

test.each([
  ['ECONNREFUSED', 'unavailable'],
  ['ENOTFOUND', 'unavailable'],
  ['ECONNRESET', 'ambiguous'],
  ['EPIPE', 'ambiguous'],
])('a connection that ends with %s is %s', (code, outcome) => {
  const thrown = Object.assign(new Error('words'), { code });
  expect(storeErrorOf(thrown)).toMatchObject({ name: 'StoreError', outcome });
});

test('a defect of our own stays what it is', () => {
  const defect = new TypeError('undefined is not a function');
  expect(storeErrorOf(defect)).toBe(defect);
});
