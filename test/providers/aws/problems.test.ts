import { describe, expect, test } from 'vitest';
import { CallError } from '#engine/call.ts';
import { callErrorOf, type WhenMissing } from '#providers/aws/problems.ts';

interface Thrown {
  readonly name: string;
  readonly message?: string;
  readonly status?: number;
  readonly code?: string;
}

/** As the SDK throws it: every failure of a request bears `$metadata`, that of an answer its status too. */
function thrown({ name, message = 'Words of the service', status, code }: Thrown): Error {
  const $metadata = status === undefined ? { attempts: 1 } : { attempts: 1, httpStatusCode: status };
  return Object.assign(new Error(message), { name, $metadata, ...(code === undefined ? {} : { code }) });
}

function verdict(error: Thrown, whenMissing?: WhenMissing): string {
  const seen = callErrorOf(thrown(error), whenMissing);
  if (!(seen instanceof CallError)) return 'no verdict';
  return seen.reason === undefined ? seen.outcome : `${seen.outcome} ${seen.reason}`;
}

describe('a failure of AWS is judged by its name', () => {
  test.each([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['Throttling', 400, 'throttled'],
    ['ThrottlingException', 400, 'throttled'],
    ['TooManyRequestsException', 429, 'throttled'],
    ['SlowDown', 503, 'throttled'],
    ['PriorRequestNotComplete', 400, 'throttled'],
    ['ConcurrentModificationException', 409, 'throttled'],
    ['InternalError', 500, 'ambiguous'],
    ['ServiceUnavailable', 503, 'ambiguous'],
    ['KMSInternalException', 500, 'ambiguous'],
    ['RequestTimeout', 400, 'ambiguous'],
    ['IncorrectState', 400, 'not-yet'],
    ['EntityAlreadyExistsException', 409, 'rejected exists'],
    ['AlreadyExistsException', 400, 'rejected exists'],
    ['InvalidGroup.Duplicate', 400, 'rejected exists'],
    ['InvalidKeyPair.Duplicate', 400, 'rejected exists'],
    ['InvalidPermission.Duplicate', 400, 'rejected exists'],
    ['InvalidSubnet.Conflict', 400, 'rejected exists'],
    ['RouteAlreadyExists', 400, 'rejected exists'],
    ['Resource.AlreadyAssociated', 400, 'rejected exists'],
    ['DuplicateLoadBalancerNameException', 400, 'rejected exists'],
    ['DuplicateTargetGroupNameException', 400, 'rejected exists'],
    ['DuplicateListenerException', 400, 'rejected exists'],
    ['BucketAlreadyOwnedByYou', 409, 'rejected exists'],
    ['HostedZoneAlreadyExists', 409, 'rejected exists'],
    ['PreconditionFailed', 412, 'rejected exists'],
    ['InvalidVpcID.NotFound', 400, 'rejected absent'],
    ['InvalidPermission.NotFound', 400, 'rejected absent'],
    ['Gateway.NotAttached', 400, 'rejected absent'],
    ['TargetGroupNotFoundException', 400, 'rejected absent'],
    ['InvalidTargetException', 400, 'rejected absent'],
    ['InvalidSecurityGroupException', 400, 'rejected absent'],
    ['InvalidVPCId', 400, 'rejected absent'],
    ['NoSuchEntityException', 404, 'rejected absent'],
    ['NoSuchKey', 404, 'rejected absent'],
    ['NoSuchBucket', 404, 'rejected absent'],
    ['NoSuchHostedZone', 404, 'rejected absent'],
    ['NotFoundException', 400, 'rejected absent'],
    ['InvalidAMIID.NotFound', 400, 'rejected invalid'],
    ['DependencyViolation', 400, 'rejected dependency'],
    ['DeleteConflictException', 409, 'rejected dependency'],
    ['ResourceInUseException', 400, 'rejected dependency'],
    ['SpotMaxPriceTooLow', 400, 'rejected capacity'],
    ['MaxSpotInstanceCountExceeded', 400, 'rejected quota'],
    ['HostedZoneNotEmpty', 400, 'rejected dependency'],
    ['BucketNotEmpty', 409, 'rejected dependency'],
    ['InvalidGroup.InUse', 400, 'rejected dependency'],
    ['InsufficientInstanceCapacity', 500, 'rejected capacity'],
    ['InsufficientFreeAddressesInSubnet', 400, 'rejected capacity'],
    ['Unsupported', 400, 'rejected capacity'],
    ['VcpuLimitExceeded', 400, 'rejected quota'],
    ['VpcLimitExceeded', 400, 'rejected quota'],
    ['LimitExceededException', 409, 'rejected quota'],
    ['TooManyBuckets', 400, 'rejected quota'],
    ['IdempotentParameterMismatch', 400, 'rejected token-mismatch'],
    ['IdempotentInstanceTerminated', 400, 'rejected token-spent'],
    ['UnauthorizedOperation', 403, 'rejected denied'],
    ['AccessDeniedException', 400, 'rejected denied'],
    ['ExpiredToken', 403, 'rejected credentials'],
    ['AuthFailure', 401, 'rejected credentials'],
    ['UnrecognizedClientException', 400, 'rejected credentials'],
  ])('%s (%i) is %s', (name, status, expected) => {
    expect(verdict({ name, status })).toBe(expected);
  });

  test('and where it has no name that is known, by its status', () => {
    const byStatus = [400, 401, 403, 404, 412, 429, 500, 502, 503].map((status) => verdict({ name: 'Odd', status }));
    expect(byStatus).toEqual([
      'rejected invalid',
      'rejected credentials',
      'rejected denied',
      'rejected absent',
      'rejected exists',
      'throttled',
      'ambiguous',
      'ambiguous',
      'ambiguous',
    ]);
  });
});

describe('a failure of the network', () => {
  test('is ambiguous once the request may have gone out', () => {
    const codes = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'];
    expect(codes.map((code) => verdict({ name: 'Error', code }))).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
    expect(verdict({ name: 'TimeoutError' })).toBe('ambiguous');
    expect(verdict({ name: 'AbortError' })).toBe('ambiguous');
  });

  test('is known not to have executed anything when nobody was reached', () => {
    expect(verdict({ name: 'Error', code: 'ECONNREFUSED' })).toBe('throttled');
    expect(verdict({ name: 'Error', code: 'ENOTFOUND' })).toBe('throttled');
  });

  test('is none where nothing was sent because the endpoint is no URL', () => {
    expect(verdict({ name: 'TypeError', code: 'ERR_INVALID_URL' })).toBe('rejected invalid');
  });
});

describe('what is missing', () => {
  test('is not visible yet for a request that makes or changes something', () => {
    expect(verdict({ name: 'InvalidSubnetID.NotFound', status: 400 }, 'not-yet')).toBe('not-yet');
    expect(verdict({ name: 'InvalidTargetException', status: 400 }, 'not-yet')).toBe('not-yet');
    const message = "The VPC ID 'vpc-0' is not found";
    expect(verdict({ name: 'ValidationError', status: 400, message }, 'not-yet')).toBe('not-yet');
    expect(verdict({ name: 'NoSuchEntityException', status: 404 }, 'not-yet')).toBe('not-yet');
  });

  test('is nothing to wait for when it is an image', () => {
    expect(verdict({ name: 'InvalidAMIID.NotFound', status: 400 }, 'not-yet')).toBe('rejected invalid');
  });

  test('is told by its words where EC2 has no name for it: a fresh instance profile', () => {
    const name = 'InvalidParameterValue';
    const message = 'Value (bootstrap-x-worker) for parameter iamInstanceProfile.name is invalid.';
    expect(verdict({ name, status: 400, message })).toBe('not-yet');
    expect(verdict({ name, status: 400, message: 'Value (x) for parameter cidr is invalid.' })).toBe(
      'rejected invalid',
    );
  });

  test('is told by its words where EC2 means neither credentials nor a wrong id: an address that is in use or not yet of use', () => {
    const held = 'You do not have permission to access the specified resource.';
    expect(verdict({ name: 'AuthFailure', status: 400, message: held })).toBe('rejected dependency');
    const state = (word: string) => `The ${word} instance 'i-0' is not in a valid state for this operation.`;
    const judged = ['pending', 'terminated'].map((word) =>
      verdict({ name: 'InvalidInstanceID', status: 400, message: state(word) }),
    );
    expect(judged).toEqual(['not-yet', 'rejected invalid']);
  });

  test('is told by its words where EC2 says only that a state is wrong: the role of a machine', () => {
    const said = (message: string) => verdict({ name: 'IncorrectState', status: 400, message });
    expect(said('There is an existing association for instance i-0')).toBe('rejected exists');
    expect(said('The association iip-assoc-0 is not the active association')).toBe('rejected absent');
    expect(said('The network is not in a state that allows this.')).toBe('not-yet');
  });
});

describe('the error that the engine is given', () => {
  test('says the name and the words of the service, without the cipher text that EC2 appends', () => {
    const message = 'You are not authorized. Encoded authorization failure message: Zm9vYmFy';
    const seen = callErrorOf(thrown({ name: 'UnauthorizedOperation', status: 403, message }));
    expect(seen).toMatchObject({ message: 'UnauthorizedOperation: You are not authorized.' });
  });

  test('says all that Route 53 has found wrong with a batch', () => {
    const words = ['Tried to create a record that exists', 'A name is not permitted in the zone'];
    const batch = thrown({ name: 'InvalidChangeBatch', status: 400, message: 'UnknownError' });
    const said = (error: Error, messages: unknown) => callErrorOf(Object.assign(error, { messages }));
    expect(said(batch, words)).toMatchObject({ message: `InvalidChangeBatch: ${words.join('; ')}` });
    expect(said(batch, [])).toMatchObject({ message: 'InvalidChangeBatch: UnknownError' });
    const spoken = thrown({ name: 'InvalidChangeBatch', status: 400, message: 'No.' });
    expect(said(spoken, [...words, 7])).toMatchObject({ message: `InvalidChangeBatch: No.; ${words.join('; ')}` });
  });

  test('is what was thrown when that is a defect of our own', () => {
    const defect = new TypeError('x is not a function');
    expect(callErrorOf(defect)).toBe(defect);
  });
});
