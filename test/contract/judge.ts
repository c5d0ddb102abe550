import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { PricingClient } from '@aws-sdk/client-pricing';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsClients } from '#providers/aws/clients.ts';
import { REGION, SdkAccount } from '../providers/simulator/support/sdk-account.ts';
import { refusalIn } from './refusal.ts';
import type { Fact } from './fact.ts';

/** Whoever answers for AWS: an account of its own for every fact. */
export interface Judge {
  /** @default the region of all facts */
  in(region?: string): AwsClients;
  /** Lets time pass where it costs nothing. */
  pass(ms: number): Promise<void>;
}

/** What a judge answers to the question of a fact; also a refusal that the fact does not ask for. */
export async function seenBy(judge: Judge, fact: Fact): Promise<unknown> {
  try {
    return await fact.run(judge.in(), judge);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    return `refused: ${refusal}`;
  }
}

/** The simulator, in calm weather and virtual time. */
export async function simulatorJudge(): Promise<Judge> {
  const account = await SdkAccount.open();
  return { in: (region) => account.in(region), pass: (ms) => account.pass(ms) };
}

/** The key is nobody's: emulators ask for one and check nothing. */
const STRANGER = { accessKeyId: 'AKIAOFNOBODY', secretAccessKey: 'none' };

/** An emulator that listens at an endpoint, asked by the SDK's own clients. It knows accounts by who takes a role in them. */
export async function emulatorJudge(endpoint: string, accountId: string): Promise<Judge> {
  const asked = { endpoint, maxAttempts: 1, region: REGION };
  const sts = new STSClient({ ...asked, credentials: STRANGER });
  const RoleArn = `arn:aws:iam::${accountId}:role/judge`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'fact' }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const clients = new Map<string, AwsClients>();
  return {
    in: (region = REGION) => {
      const known = clients.get(region) ?? clientsWith({ ...asked, region, credentials });
      clients.set(region, known);
      return known;
    },
    // Nothing of an emulator's takes time.
    pass: async () => undefined,
  };
}

type Config = Required<Pick<STSClientConfig, 'endpoint' | 'maxAttempts' | 'region' | 'credentials'>>;

function clientsWith(config: Config): AwsClients {
  return {
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    pricing: new PricingClient(config),
    quotas: new ServiceQuotasClient(config),
    route53: new Route53Client(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sts: new STSClient(config),
  };
}
