import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isProblem, type Problem } from '#engine/problem.ts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { endpointsOf } from '#providers/aws/endpoints.ts';
import { awsProvider } from '#providers/aws/index.ts';
import { sdkClients } from '#providers/aws/sdk-clients.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { RecordingServer, type RecordedRequest } from './support/recording-server.ts';
import { ACTED } from '../../support/acted-machines.ts';

const REGION = 'eu-west-3';
const IN_AN_HOUR = '2099-01-01T00:00:00Z';

let home = '';
let server: RecordingServer;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bootstrap-aws-home-'));
  server = await RecordingServer.start(answer);
  for (const name of Object.keys(process.env)) {
    if (/^(?:AWS_|https?_proxy$|no_proxy$|all_proxy$)/i.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv('HOME', home);
  vi.stubEnv('AWS_CONFIG_FILE', join(home, '.aws/config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, '.aws/credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** Answers as STS, IAM Identity Center and EC2 do. */
function answer({ action, target }: RecordedRequest) {
  if (target.startsWith('/federation/credentials')) {
    const roleCredentials = { accessKeyId: 'ASIASSO', secretAccessKey: 's', sessionToken: 't', expiration: 4e12 };
    return { type: 'application/json', text: JSON.stringify({ roleCredentials }) };
  }
  const credentials = (key: string): string =>
    `<Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${IN_AN_HOUR}</Expiration></Credentials>`;
  switch (action) {
    case 'AssumeRole':
      return { text: xml('AssumeRole', credentials('ASIAROLE')) };
    case 'AssumeRoleWithWebIdentity':
      return { text: xml('AssumeRoleWithWebIdentity', credentials('ASIAWEB')) };
    case 'GetCallerIdentity':
      return { text: xml('GetCallerIdentity', '<Account>123456789012</Account><Arn>arn:aws:iam::1:user/a</Arn>') };
    case 'DescribeVpcs':
      return { text: '<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>' };
    default:
      return { text: '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>' };
  }
}

function xml(action: string, result: string): string {
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}

async function inHome(path: string, text: string): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function askThreeServices({ ec2, s3, sts }: AwsClients): Promise<void> {
  await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    s3.send(new ListBucketsCommand({})),
    sts.send(new GetCallerIdentityCommand({})),
  ]);
}

const signers = () => server.requests.map(({ action, signedBy }) => `${action} by ${signedBy}`).toSorted();

const SOURCE = '[source]\naws_access_key_id = AKIASOURCE\naws_secret_access_key = s\n';

test('the keys of the profile that AWS_PROFILE names sign', async () => {
  await inHome('.aws/credentials', SOURCE);
  vi.stubEnv('AWS_PROFILE', 'source');
  await askThreeServices(sdkClients(REGION));
  expect(signers()).toEqual([
    'DescribeVpcs by AKIASOURCE',
    'GET /?x-id=ListBuckets by AKIASOURCE',
    'GetCallerIdentity by AKIASOURCE',
  ]);
});

test('a role is assumed once with the source profile, and its keys sign for every service', async () => {
  await inHome('.aws/credentials', SOURCE);
  await inHome(
    '.aws/config',
    '[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/deploy\nsource_profile = source\nexternal_id = x1\n',
  );
  vi.stubEnv('AWS_PROFILE', 'deploy');
  await askThreeServices(sdkClients(REGION));
  expect(signers()).toEqual([
    'AssumeRole by AKIASOURCE',
    'DescribeVpcs by ASIAROLE',
    'GET /?x-id=ListBuckets by ASIAROLE',
    'GetCallerIdentity by ASIAROLE',
  ]);
  const [assumed] = server.requests;
  expect(assumed?.body.get('RoleArn')).toBe('arn:aws:iam::123456789012:role/deploy');
  expect(assumed?.body.get('ExternalId')).toBe('x1');
});

test('a web identity is exchanged for the keys of its role', async () => {
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', await inHome('token', 'the-token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/ci');
  await askThreeServices(sdkClients(REGION));
  expect(signers()).toEqual([
    'AssumeRoleWithWebIdentity by undefined',
    'DescribeVpcs by ASIAWEB',
    'GET /?x-id=ListBuckets by ASIAWEB',
    'GetCallerIdentity by ASIAWEB',
  ]);
  expect(server.requests[0]?.body.get('WebIdentityToken')).toBe('the-token');
});

test('who has signed in to IAM Identity Center has the keys of the role there', async () => {
  await inHome(
    '.aws/config',
    '[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = admin\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n',
  );
  const cache = createHash('sha1').update('corp').digest('hex');
  const token = {
    accessToken: 'signed-in',
    expiresAt: IN_AN_HOUR,
    region: 'eu-west-1',
    startUrl: 'https://corp.awsapps.com/start',
  };
  await inHome(`.aws/sso/cache/${cache}.json`, JSON.stringify(token));
  vi.stubEnv('AWS_PROFILE', 'sso');
  await askThreeServices(sdkClients(REGION));
  expect(signers()).toEqual([
    'DescribeVpcs by ASIASSO',
    'GET /?x-id=ListBuckets by ASIASSO',
    'GET /federation/credentials?account_id=123456789012&role_name=admin by undefined',
    'GetCallerIdentity by ASIASSO',
  ]);
});

test('a program that the profile names may hand out the keys', async () => {
  const said = JSON.stringify({ Version: 1, AccessKeyId: 'AKIAPROCESS', SecretAccessKey: 's' });
  const keys = await inHome('keys.json', said);
  await inHome('.aws/config', `[profile vault]\ncredential_process = cat ${keys}\n`);
  vi.stubEnv('AWS_PROFILE', 'vault');
  await sdkClients(REGION).ec2.send(new DescribeVpcsCommand({}));
  expect(signers()).toEqual(['DescribeVpcs by AKIAPROCESS']);
});

async function whoAmI(): Promise<Problem> {
  const options = { region: REGION, clock: new SystemClock(), random: new SeededRandom(1) };
  const failed: unknown = await awsProvider(ACTED.userDataOf)
    .connect(options)
    .whoAmI(AbortSignal.timeout(20_000))
    .catch((error: unknown) => error);
  if (isProblem(failed, 'call.credentials')) return failed;
  throw new TypeError(`It did not fail for want of credentials: ${String(failed)}`);
}

test('it is known when the keys end that sign, and they are not asked for twice', async () => {
  await inHome('.aws/credentials', SOURCE);
  await inHome(
    '.aws/config',
    '[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/deploy\nsource_profile = source\n',
  );
  vi.stubEnv('AWS_PROFILE', 'source');
  expect(await sdkClients(REGION).credentialsEndAt?.()).toBeUndefined();
  vi.stubEnv('AWS_PROFILE', 'deploy');
  const clients = sdkClients(REGION);
  await clients.ec2.send(new DescribeVpcsCommand({}));
  expect(await clients.credentialsEndAt?.()).toEqual(new Date(IN_AN_HOUR));
  expect(signers()).toEqual(['AssumeRole by AKIASOURCE', 'DescribeVpcs by ASIAROLE']);
});

test('a role that asks for a code is refused in words, and nothing is sent', async () => {
  await inHome('.aws/credentials', SOURCE);
  const mfa = 'mfa_serial = arn:aws:iam::123456789012:mfa/me';
  const role = 'role_arn = arn:aws:iam::123456789012:role/deploy';
  await inHome('.aws/config', `[profile careful]\n${role}\nsource_profile = source\n${mfa}\n`);
  vi.stubEnv('AWS_PROFILE', 'careful');
  const { detail, remedy } = await whoAmI();
  expect(detail).toContain('requires multi-factor authentication');
  expect(remedy).toContain('aws configure export-credentials --profile careful');
  expect(server.requests).toEqual([]);
});

test('without any keys the places that were searched are named', async () => {
  const { remedy } = await whoAmI();
  expect(remedy).toMatch(/AWS_ACCESS_KEY_ID.*AWS_PROFILE.*web identity.*container.*instance metadata/s);
  expect(server.requests).toEqual([]);
});

test('each service is where its own variable or the profile says, else where the variable for all says, else at AWS', async () => {
  await inHome(
    '.aws/config',
    '[profile lab]\nendpoint_url = http://10.0.0.1:1\nservices = mine\n[services mine]\nkms =\n  endpoint_url = http://10.0.0.2:2\n',
  );
  const hosts = async () =>
    Object.fromEntries([...(await endpointsOf(REGION, { variables: {} }))].map(([name, { host }]) => [name, host]));
  vi.stubEnv('AWS_ENDPOINT_URL_EC2', 'http://127.0.0.1:7');
  const mine = server.url.replace('http://', '');
  expect(await hosts()).toMatchObject({ ec2: '127.0.0.1:7', elb: mine, iam: mine, kms: mine, s3: mine, sts: mine });
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  expect(await hosts()).toMatchObject({
    ec2: '127.0.0.1:7',
    iam: 'iam.amazonaws.com',
    kms: 'kms.eu-west-3.amazonaws.com',
  });
  vi.stubEnv('AWS_PROFILE', 'lab');
  expect(await hosts()).toMatchObject({ ec2: '127.0.0.1:7', iam: '10.0.0.1:1', kms: '10.0.0.2:2' });
});

test.each([
  ['us-gov-west-1', 'iam.us-gov.amazonaws.com', 'route53.us-gov.amazonaws.com', 'ec2.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'iam.cn-north-1.amazonaws.com.cn', 'route53.amazonaws.com.cn', 'ec2.cn-north-1.amazonaws.com.cn'],
])('in %s the services of the whole account are those of its partition', async (region, iam, route53, ec2) => {
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  const found = await endpointsOf(region, { variables: {} });
  expect([found.get('iam')?.host, found.get('route53')?.host, found.get('ec2')?.host]).toEqual([iam, route53, ec2]);
});

test('requests go by way of the proxy for their scheme, but not to what is excepted', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://ec2.lab.test');
  const through = (variables: Record<string, string>) =>
    sdkClients(REGION, { variables }).ec2.send(new DescribeVpcsCommand({}));
  await through({ HTTP_PROXY: server.url });
  expect(server.requests.map(({ target, host }) => [target, host])).toEqual([['http://ec2.lab.test/', 'ec2.lab.test']]);
  const unproxied = await through({ HTTP_PROXY: server.url, NO_PROXY: '.lab.test' }).catch((error: unknown) =>
    String(error),
  );
  expect(unproxied).toMatch(/(?:ENOTFOUND|EAI_AGAIN) ec2\.lab\.test/);
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  await expect(through({ https_proxy: server.url })).rejects.toThrow(/tunnel|proxy|403|socket|ECONN/i);
  expect(server.tunnels).toEqual(['ec2.eu-west-3.amazonaws.com:443']);
  expect(server.requests).toHaveLength(1);
});

test('also the request for the keys goes by way of the proxy', async () => {
  await inHome('.aws/credentials', SOURCE);
  await inHome('.aws/config', '[profile deploy]\nrole_arn = arn:aws:iam::1:role/deploy\nsource_profile = source\n');
  vi.stubEnv('AWS_PROFILE', 'deploy');
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://aws.lab.test');
  await sdkClients(REGION, { variables: { HTTP_PROXY: server.url } }).ec2.send(new DescribeVpcsCommand({}));
  expect(signers()).toEqual(['AssumeRole by AKIASOURCE', 'DescribeVpcs by ASIAROLE']);
});
