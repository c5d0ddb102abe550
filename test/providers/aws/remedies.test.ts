import { expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { isProblem } from '#engine/problem.ts';
import { refusalProblem } from '#engine/refusal.ts';
import { COMMANDS } from '#cli/commands.ts';
import { callErrorOf } from '#providers/aws/problems.ts';
import { remediedNames } from '#providers/aws/remedies.ts';

interface Failure {
  readonly message?: string;
  readonly status?: number;
  readonly operation?: string;
  readonly region?: string;
  readonly more?: object;
}

function callError(name: string, failure: Failure = {}): CallError {
  const { message = 'Words of the service.', status = 400, operation = 'RunInstances', region = 'eu-west-3' } = failure;
  const $metadata = { attempts: 1, httpStatusCode: status };
  const thrown = Object.assign(new Error(message), { name, $metadata }, failure.more);
  const judged = callErrorOf(thrown, 'absent', { service: 'ec2', operation, region });
  if (judged instanceof CallError) return judged;
  throw new TypeError(`${name} was not judged.`);
}

function remedyOf(name: string, failure?: Failure): string {
  const { remedy } = callError(name, failure);
  return remedy ?? 'as the catalogue says';
}

test.each(remediedNames())('%s has words of its own and a command that exists', (name) => {
  const lines = remedyOf(name).split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^[A-Z].+:$/);
  const command = lines[1]?.trim() ?? '';
  expect(COMMANDS.some((known) => `${command} `.startsWith(`bootstrap ${known.name} `))).toBe(true);
  expect(refusalProblem(callError(name))?.remedy).toBe(remedyOf(name));
});

test('a name that is not in the table has the remedy of its reason', () => {
  expect(remedyOf('InvalidParameterCombination')).toBe('as the catalogue says');
  expect(refusalProblem(callError('InvalidParameterCombination'))).toMatchObject({
    code: 'call.rejected',
    remedy: 'Nothing was made by it. When the reason is mended, run again:\n  bootstrap apply NAME',
  });
  expect(remedyOf('SomeNewLimitExceeded')).toBe('as the catalogue says');
});

test.each([
  ['VcpuLimitExceeded', 'eu-west-3', 'https://eu-west-3.console.aws.amazon.com', 'ec2/quotas/L-1216C47A'],
  [
    'AddressLimitExceeded',
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com',
    'ec2/quotas/L-0263D0A3',
  ],
  ['VpcLimitExceeded', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn', 'vpc/quotas/L-F678F1CE'],
])('who has reached the limit of %s is shown where to ask for more (%s)', (name, region, console, place) => {
  expect(remedyOf(name, { region })).toBe(
    `What was made stays. Ask for a higher quota at ${console}/servicequotas/home/services/${place} or remove what you no longer need, then go on:\n  bootstrap apply NAME`,
  );
});

test('IAM has one name for all limits: what was to be made tells which it is', () => {
  expect(remedyOf('LimitExceededException', { operation: 'CreateRole' })).toContain('iam/quotas/L-FE177D64');
  expect(remedyOf('LimitExceeded', { operation: 'CreateInstanceProfile' })).toContain('iam/quotas/L-6E65F664');
  expect(remedyOf('LimitExceeded', { operation: 'PutRolePolicy' })).toBe('as the catalogue says');
});

test('which action was refused is said even where the service does not', () => {
  const denied = callError('UnauthorizedOperation', { message: 'You are not authorized.', operation: 'CreateVpc' });
  expect(denied.message).toBe(
    'UnauthorizedOperation: You are not authorized. (CreateVpc needs ec2:CreateVpc, ec2:CreateTags)',
  );
  const message = 'User: arn:aws:iam::1:user/a is not authorized to perform: ec2:CreateVpc';
  expect(callError('AccessDenied', { message, operation: 'CreateVpc' }).message).toBe(`AccessDenied: ${message}`);
  expect(callError('AccessDenied', { message: 'No.', operation: 'Unheard' }).message).toBe('AccessDenied: No.');
});

test.each([
  [{ more: { ServerTime: '2026-01-01T00:10:00Z', RequestTime: '2026-01-01T00:00:00Z' } }, '10 minutes behind'],
  [
    { message: 'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)' },
    '10 minutes behind',
  ],
  [
    {
      message:
        'Signature not yet current: 20260101T001130Z is still later than 20260101T000500Z (20260101T001000Z + 5 min.)',
    },
    '90 seconds ahead',
  ],
])('a clock that is wrong is told by how much', (failure, by) => {
  const remedy = `The clock of this machine is ${by}. Set it, then go on:\n  bootstrap apply NAME`;
  expect(remedyOf('InvalidSignatureException', failure)).toBe(remedy);
  expect(remedyOf('RequestTimeTooSkewed', failure)).toBe(remedy);
});

test('a signature that is wrong without a word of the time is that of another key', () => {
  expect(remedyOf('SignatureDoesNotMatch')).toMatch(/^The secret key does not belong to the access key/);
});

test('once the SDK has learnt the time from a refusal, the request may go out again', () => {
  const corrected = { more: { $metadata: { httpStatusCode: 403, clockSkewCorrected: true } } };
  expect(callError('RequestTimeTooSkewed', corrected).outcome).toBe('throttled');
  expect(
    callError('InternalError', { more: { $metadata: { httpStatusCode: 500, clockSkewCorrected: true } } }).outcome,
  ).toBe('ambiguous');
  expect(callError('RequestTimeTooSkewed', { status: 403 })).toMatchObject({
    outcome: 'rejected',
    reason: 'credentials',
  });
});

test('an endpoint that is no URL is named as such, whoever sent the request', () => {
  const thrown = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' });
  const seen = refusalProblem(callErrorOf(thrown));
  expect(isProblem(seen, 'call.rejected')).toBe(true);
  expect(seen?.remedy).toMatch(/^A place that is set is no URL, such as .*AWS_ENDPOINT_URL/);
});

test('an account that is not there for lack of a network is not taken for a refusal', () => {
  const thrown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { name: 'Error', code: 'ENOTFOUND', $metadata: {} });
  const judged = callErrorOf(thrown);
  const seen = refusalProblem(judged);
  expect(isProblem(seen, 'call.unanswered')).toBe(true);
  expect(seen?.remedy).toMatch(/^Check the network, the proxy/);
});
