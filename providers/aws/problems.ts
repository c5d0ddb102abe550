import { CallError, type CallOutcome, type RejectionReason } from '#engine/call.ts';
import { actionsOf } from './permissions.ts';
import { remedyFor, type Sent } from './remedies.ts';

/** What "not found" means: the object itself is gone, or what the request needs is not visible yet. */
export type WhenMissing = 'absent' | 'not-yet';

/** What the SDK threw, as the engine understands it. A defect of our own is given back as it is. */
export function callErrorOf(thrown: unknown, whenMissing: WhenMissing = 'absent', sent?: Sent): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const verdict = judge(thrown, whenMissing);
  if (verdict === undefined) return thrown;
  const words = wordsOf(thrown).replace(ENCODED_MESSAGE, '').slice(0, MESSAGE_LENGTH_MAX);
  const message = `${thrown.name}: ${words}${verdict.reason === 'denied' ? lackOf(words, sent) : ''}`;
  return new CallError({ ...verdict, message, remedy: remedyFor(thrown, verdict.reason, sent), cause: thrown });
}

/** Not every refusal says which action was not allowed. */
function lackOf(words: string, sent: Sent | undefined): string {
  const actions = sent === undefined ? [] : (actionsOf(sent.service, sent.operation) ?? []);
  const isSaid = actions.length === 0 || actions.some((action) => words.includes(action));
  return isSaid ? '' : ` (${sent?.operation} needs ${actions.join(', ')})`;
}

/** EC2 appends a kilobyte of cipher text to its refusals. */
const ENCODED_MESSAGE = /\s*Encoded authorization failure message:.*$/s;
const MESSAGE_LENGTH_MAX = 600;

/** Route 53 says in a list what is wrong with a batch; the SDK, which finds no message, makes one up. */
function wordsOf(error: Error): string {
  const listed: readonly unknown[] = 'messages' in error && Array.isArray(error.messages) ? error.messages : [];
  const words = listed.filter((word) => typeof word === 'string');
  if (words.length === 0) return error.message;
  return [...(error.message === MADE_UP ? [] : [error.message]), ...words].join('; ');
}

const MADE_UP = 'UnknownError';

interface Verdict {
  readonly outcome: CallOutcome;
  readonly reason?: RejectionReason;
}

/**
 * | what is known of the failure                    | verdict                        |
 * |-------------------------------------------------|--------------------------------|
 * | the clock was wrong, and the SDK now knows it   | never executed: again, later   |
 * | its name is in the table or fits a pattern      | as said there                  |
 * | the host could not be reached at all            | never sent: again, later       |
 * | where to send it is no URL                      | never sent: rejected           |
 * | a server error, a reset, a timeout              | ambiguous                      |
 * | any other status                                | rejected, by its status        |
 * | neither a status nor the code of a system error | no verdict: our own defect     |
 */
function judge(error: Error, whenMissing: WhenMissing): Verdict | undefined {
  if (isClockCorrected(error)) return { outcome: 'throttled' };
  const judgement = byName(error) ?? byStatus(error) ?? byCode(error);
  if (judgement === undefined) return undefined;
  if (judgement === 'absent' && whenMissing === 'not-yet') return { outcome: 'not-yet' };
  return isOutcome(judgement) ? { outcome: judgement } : { outcome: 'rejected', reason: judgement };
}

function byName({ name: given, message }: Error): Judgement | undefined {
  // Both spellings occur: the code on the wire, and the class the SDK makes of it.
  const name = given.replace(/Exception$/, '');
  if (isAwaitingProfile(name, message)) return 'not-yet';
  if (isHeldByService(name, message)) return 'dependency';
  if (name === 'InvalidInstanceID' && /pending/i.test(message)) return 'not-yet';
  if (name === 'IncorrectState') return judgeIncorrectState(message);
  if (name === 'ValidationError' && /^The VPC ID .* is not found/.test(message)) return 'absent';
  return BY_NAME.get(name) ?? PATTERNS.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * A fresh instance profile reaches EC2 minutes after IAM has answered. EC2 reports it under the name it has for every
 * wrong parameter, so that only the words tell it apart.
 */
function isAwaitingProfile(name: string, message: string): boolean {
  return name === 'InvalidParameterValue' && /iam ?instance ?profile/i.test(message);
}

/** What EC2 says of an address that serves a NAT gateway, until that is gone: the credentials are as good as ever. */
function isHeldByService(name: string, message: string): boolean {
  return name === 'AuthFailure' && /permission to access the specified resource/i.test(message);
}

/** Of a machine that has a role already, and of a role that it has no more, EC2 says only that their state is wrong. */
function judgeIncorrectState(message: string): Judgement {
  if (/existing association/i.test(message)) return 'exists';
  return /not the active association/i.test(message) ? 'absent' : 'not-yet';
}

/** The SDK has learnt the time from the refusal, and signs what follows by it. */
function isClockCorrected(error: Error): boolean {
  const metadata = metadataOf(error);
  return (
    metadata !== undefined && 'clockSkewCorrected' in metadata && statusOf(error) !== undefined && isOfSignature(error)
  );
}

function isOfSignature({ name }: Error): boolean {
  return BY_NAME.get(name.replace(/Exception$/, '')) === 'credentials';
}

type NotRejected = Exclude<CallOutcome, 'rejected'>;
type Judgement = RejectionReason | NotRejected;

function isOutcome(judgement: Judgement): judgement is NotRejected {
  return judgement === 'throttled' || judgement === 'not-yet' || judgement === 'ambiguous';
}

const NAMES = new Map<Judgement, readonly string[]>([
  [
    'throttled',
    [
      'RequestLimitExceeded',
      'Throttling',
      'Throttled',
      'ThrottledRequest',
      'RequestThrottled',
      'TooManyRequests',
      'EC2Throttled',
      'SlowDown',
      'BandwidthLimitExceeded',
      'PriorRequestNotComplete',
      'ConcurrentModification',
      'EntityTemporarilyUnmodifiable',
      'ConditionalRequestConflict',
      'OperationAborted',
    ],
  ],
  [
    'ambiguous',
    ['AbortError', 'TimeoutError', 'RequestTimeout', 'InternalError', 'InternalFailure', 'ServiceUnavailable'],
  ],
  [
    'exists',
    [
      'EntityAlreadyExists',
      'RouteAlreadyExists',
      'HostedZoneAlreadyExists',
      'BucketAlreadyExists',
      'BucketAlreadyOwnedByYou',
      'InvalidSubnet.Conflict',
      'Resource.AlreadyAssociated',
      'DuplicateLoadBalancerName',
      'DuplicateTargetGroupName',
      'DuplicateListener',
      'PreconditionFailed',
    ],
  ],
  // A key that is pending deletion counts as gone, and one that is being made as not there yet.
  // What a load balancer or a private zone is to use may be too young for it to be seen.
  ['absent', ['Gateway.NotAttached', 'KMSInvalidState', 'InvalidTarget', 'InvalidSecurityGroup', 'InvalidVPCId']],
  ['token-mismatch', ['IdempotentParameterMismatch']],
  ['token-spent', ['IdempotentInstanceTerminated']],
  // "Unsupported" is how EC2 says that a zone does not have the type.
  ['capacity', ['Unsupported', 'UnfulfillableCapacity', 'InsufficientFreeAddressesInSubnet', 'SpotMaxPriceTooLow']],
  ['quota', ['LimitsExceeded', 'MaxSpotInstanceCountExceeded']],
  [
    'dependency',
    ['DependencyViolation', 'DeleteConflict', 'HostedZoneNotEmpty', 'BucketNotEmpty', 'VolumeInUse', 'ResourceInUse'],
  ],
  [
    'denied',
    [
      'UnauthorizedOperation',
      'AccessDenied',
      'AllAccessDisabled',
      'OptInRequired',
      'SubscriptionRequired',
      'PendingVerification',
      'Blocked',
    ],
  ],
  [
    'credentials',
    [
      'AuthFailure',
      'ExpiredToken',
      'RequestExpired',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'InvalidToken',
      'InvalidSignature',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'UnrecognizedClient',
      'MissingAuthenticationToken',
      'TokenRefreshRequired',
      'RequestTimeTooSkewed',
      'CredentialsProviderError',
      'TokenProviderError',
      'RegionDisabled',
    ],
  ],
  // An image is never ours: should it be missing, waiting does not bring it.
  ['invalid', ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable']],
]);

const BY_NAME: ReadonlyMap<string, Judgement> = new Map(
  [...NAMES].flatMap(([judgement, names]) => names.map((name): [string, Judgement] => [name, judgement])),
);

const PATTERNS: readonly (readonly [RegExp, Judgement])[] = [
  [/NotFound$/, 'absent'],
  [/^NoSuch/, 'absent'],
  [/\.Duplicate$/, 'exists'],
  [/AlreadyExists$/, 'exists'],
  [/\.InUse$/, 'dependency'],
  [/^Insufficient\w*Capacity$/, 'capacity'],
  [/(?:Limit|Quota)Exceeded$/, 'quota'],
  [/^TooMany/, 'quota'],
];

/** The name or the address was not resolved, or nobody listened: nothing of the request went out. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

function byStatus(error: Error): Judgement | undefined {
  const status = statusOf(error);
  if (status === undefined || status < 400) return undefined;
  return status >= 500 ? 'ambiguous' : (BY_STATUS.get(status) ?? 'invalid');
}

/** Without an answer there is no status: the network has failed, before or after the request went out. */
function byCode(error: Error): Judgement | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && UNREACHABLE.has(code)) return 'throttled';
  if (code === 'ERR_INVALID_URL') return 'invalid';
  return code !== undefined || '$metadata' in error ? 'ambiguous' : undefined;
}

const BY_STATUS: ReadonlyMap<number, Judgement> = new Map([
  [401, 'credentials'],
  [403, 'denied'],
  [404, 'absent'],
  [408, 'ambiguous'],
  [412, 'exists'],
  [429, 'throttled'],
]);

function statusOf(error: Error): number | undefined {
  const metadata = metadataOf(error);
  if (metadata === undefined || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function metadataOf(error: Error): object | undefined {
  if (!('$metadata' in error)) return undefined;
  return typeof error.$metadata === 'object' && error.$metadata !== null ? error.$metadata : undefined;
}
