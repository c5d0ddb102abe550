import type { RejectionReason } from '#engine/call.ts';
import { partitionOf } from './partition.ts';

/** The request that failed, as far as it is known. */
export interface Sent {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
}

/** What to do about a failure of just this name, where that is more than its reason tells; ends with a command. */
export function remedyFor(
  error: Error,
  reason: RejectionReason | undefined,
  sent: Sent | undefined,
): string | undefined {
  const name = error.name.replace(/Exception$/, '');
  const words = BY_NAME.get(name)?.(error) ?? (reason === 'quota' ? quotaWords(name, sent) : undefined);
  if (words !== undefined) return withCommand(words);
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ERR_INVALID_URL') return withCommand(NO_URL);
  return NETWORK_CODES.has(code) ? withCommand(NETWORK) : undefined;
}

/** Every name that has a remedy of its own. */
export function remediedNames(): readonly string[] {
  return [...BY_NAME.keys(), ...QUOTAS.keys()];
}

const COMMAND = 'bootstrap apply NAME';

function withCommand(words: string | Words): string {
  const { say, command } = typeof words === 'string' ? { say: words, command: COMMAND } : words;
  return `${say}:\n  ${command}`;
}

interface Words {
  readonly say: string;
  readonly command: string;
}

type Wording = (error: Error) => string | Words;

const NETWORK_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNRESET']);
const NETWORK =
  'Check the network, the proxy (HTTPS_PROXY, NO_PROXY), the region, and the endpoint if one is set (AWS_ENDPOINT_URL), then go on';

const NO_URL =
  'A place that is set is no URL, such as http://127.0.0.1:5000: see AWS_ENDPOINT_URL and its kin, endpoint_url in the profile, and the proxy (HTTPS_PROXY). Correct it, then go on';

const SIGN_IN =
  'The session of these credentials is over. Sign in again, with IAM Identity Center by "aws sso login", then go on';
const UNKNOWN_KEYS =
  'The access key was deleted or deactivated, is of another partition, lacks its session token, or the account has not enabled this region. Correct that, then go on';
const WRONG_SECRET =
  'The secret key does not belong to the access key, or the clock of this machine is wrong. Correct it';

const NAMES: readonly (readonly [names: readonly string[], wording: Wording])[] = [
  [['ExpiredToken', 'RequestExpired', 'TokenRefreshRequired', 'TokenProviderError'], () => SIGN_IN],
  [
    ['InvalidClientTokenId', 'UnrecognizedClient', 'InvalidAccessKeyId', 'InvalidToken', 'AuthFailure'],
    () => UNKNOWN_KEYS,
  ],
  [
    ['MissingAuthenticationToken'],
    () => 'The request came without keys: see whether a proxy removes headers, then go on',
  ],
  [
    ['SignatureDoesNotMatch', 'InvalidSignature', 'IncompleteSignature', 'RequestTimeTooSkewed'],
    (error) => skewWords(error) ?? `${WRONG_SECRET}, then go on`,
  ],
  [['CredentialsProviderError'], credentialsWords],
  [
    ['UnauthorizedOperation', 'AccessDenied'],
    () => ({
      say: 'Allow it in a policy of whoever these credentials are; a boundary of theirs or a policy of the organization may forbid what a policy allows. What this program needs, ready to be used',
      command: 'bootstrap permissions --policy',
    }),
  ],
  [
    ['OptInRequired', 'SubscriptionRequired'],
    () => 'The account has not signed up for this service: open it in the console once, then go on',
  ],
  [['RegionDisabled'], () => 'Enable the region on the account page of the console, or choose another one, then go on'],
  [
    ['PendingVerification'],
    () => 'AWS is still verifying the account for this region: mostly minutes, at most four hours. Wait, then go on',
  ],
  [
    ['Blocked', 'AllAccessDisabled'],
    () => 'AWS has blocked the account: ask its support why. When it is free again, go on',
  ],
  [
    ['InsufficientInstanceCapacity', 'UnfulfillableCapacity', 'InsufficientHostCapacity'],
    () =>
      'AWS has none free there now; that may change in minutes. Allow another zone or machine type in the cluster file, or wait, then go on',
  ],
  [
    ['Unsupported'],
    () => 'The zone does not have this machine type. Allow another type or zone in the cluster file, then go on',
  ],
  [
    ['InsufficientFreeAddressesInSubnet'],
    () =>
      'The part of the network in this zone is full. Remove what else uses its addresses, or allow another zone, then go on',
  ],
];

const BY_NAME: ReadonlyMap<string, Wording> = new Map(
  NAMES.flatMap(([names, wording]) => names.map((name): [string, Wording] => [name, wording])),
);

function credentialsWords({ message }: Error): string {
  const [, profile] = /Profile (\S+) requires multi-factor/.exec(message) ?? [];
  if (profile !== undefined)
    return `This program asks for no codes. Let the AWS CLI ask: unset AWS_PROFILE, put what "aws configure export-credentials --profile ${profile} --format env" prints into the environment, then go on`;
  if (/sso|token/i.test(message)) return SIGN_IN;
  return 'Keys are looked for in this order: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the profile that AWS_PROFILE names, else "default", with its role, its program or IAM Identity Center; a web identity (AWS_WEB_IDENTITY_TOKEN_FILE); the container; the instance metadata. Set up one of them, for instance with "aws configure sso", then go on';
}

/** S3 tells both times in the failure, other services in its words. */
function skewWords(error: Error): string | undefined {
  const [theirs, ours] =
    'ServerTime' in error && 'RequestTime' in error
      ? [timeOf(String(error.ServerTime)), timeOf(String(error.RequestTime))]
      : [timeOf(NOW_IN_WORDS.exec(error.message)?.[1]), timeOf(SIGNED_IN_WORDS.exec(error.message)?.[1])];
  if (theirs === undefined || ours === undefined) return undefined;
  const seconds = Math.round((ours - theirs) / 1_000);
  const by = Math.abs(seconds) < 120 ? `${Math.abs(seconds)} seconds` : `${Math.round(Math.abs(seconds) / 60)} minutes`;
  return `The clock of this machine is ${by} ${seconds < 0 ? 'behind' : 'ahead'}. Set it, then go on`;
}

const SIGNED_IN_WORDS = /(?:Signature (?:expired|not yet current)): (\d{8}T\d{6}Z)/;
const NOW_IN_WORDS = /\((\d{8}T\d{6}Z) [-+]/;

function timeOf(text = ''): number | undefined {
  const [, ...parts] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text) ?? [];
  const [year = 0, month = 1, day, hour, minute, second] = parts.map(Number);
  const ms = parts.length === 0 ? Date.parse(text) : Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isFinite(ms) ? ms : undefined;
}

interface Quota {
  readonly service: string;
  readonly code: string;
}

const quota = (service: string, code: string): Quota => ({ service, code });

/** The codes that Service Quotas gives them. */
const QUOTAS: ReadonlyMap<string, Quota> = new Map([
  ['VcpuLimitExceeded', quota('ec2', 'L-1216C47A')],
  ['MaxSpotInstanceCountExceeded', quota('ec2', 'L-34B43A08')],
  ['AddressLimitExceeded', quota('ec2', 'L-0263D0A3')],
  ['VpcLimitExceeded', quota('vpc', 'L-F678F1CE')],
  ['SubnetLimitExceeded', quota('vpc', 'L-407747CB')],
  ['InternetGatewayLimitExceeded', quota('vpc', 'L-A4707A72')],
  ['NatGatewayLimitExceeded', quota('vpc', 'L-FE5A380F')],
  ['RouteTableLimitExceeded', quota('vpc', 'L-589F43AA')],
  ['SecurityGroupLimitExceeded', quota('vpc', 'L-E79EC296')],
  ['RulesPerSecurityGroupLimitExceeded', quota('vpc', 'L-0EA8095F')],
  ['TooManyLoadBalancers', quota('elasticloadbalancing', 'L-69A177A2')],
  ['TooManyBuckets', quota('s3', 'L-DC2B2D3D')],
  ['TooManyHostedZones', quota('route53', 'L-4EA4796A')],
]);

/** IAM and KMS have one name for all that they count. */
const LIMITS: ReadonlyMap<string, Quota> = new Map([
  ['CreateRole', quota('iam', 'L-FE177D64')],
  ['CreateInstanceProfile', quota('iam', 'L-6E65F664')],
  ['CreateKey', quota('kms', 'L-C2F1777E')],
]);

function quotaWords(name: string, sent: Sent | undefined): string | undefined {
  const known =
    QUOTAS.get(name) ?? (name === 'LimitExceeded' && sent !== undefined ? LIMITS.get(sent.operation) : undefined);
  if (known === undefined || sent === undefined) return undefined;
  const link = quotaLink(sent.region, known);
  return `What was made stays. Ask for a higher quota at ${link} or remove what you no longer need, then go on`;
}

/** Where a person asks for more. */
function quotaLink(region: string, { service, code }: Quota): string {
  return `${partitionOf(region).consoleOf(region)}/servicequotas/home/services/${service}/quotas/${code}`;
}
