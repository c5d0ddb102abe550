import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import { systemEnvironment } from '#std/system-environment.ts';
import type { SigningClients } from './clients.ts';
import { isAwsHost, s3Endpoint } from './endpoints.ts';
import { sdkConfig, type Variables } from './sdk-config.ts';

/**
 * AWS itself, or what the environment or the profile names in its stead. The code of a service is loaded with the first
 * request to it.
 */
export function sdkClients(region: string, environment: Variables = systemEnvironment()): SigningClients {
  const common = sdkConfig(region, environment);
  const sts = once(async () => new (await import('@aws-sdk/client-sts')).STSClient(common));
  // One chain for all: a role is assumed once, not by every service.
  const config = { ...common, credentials: credentialsOf(sts) };
  return {
    ec2: lazily(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(config)),
    elb: lazily(
      async () => new (await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2Client(config),
    ),
    iam: lazily(async () => new (await import('@aws-sdk/client-iam')).IAMClient(config)),
    kms: lazily(async () => new (await import('@aws-sdk/client-kms')).KMSClient(config)),
    pricing: lazily(
      async () => new (await import('@aws-sdk/client-pricing')).PricingClient({ ...config, region: PRICES }),
    ),
    quotas: lazily(async () => new (await import('@aws-sdk/client-service-quotas')).ServiceQuotasClient(config)),
    route53: lazily(async () => new (await import('@aws-sdk/client-route-53')).Route53Client(config)),
    s3: lazily(() => s3Client(config)),
    sts: lazily(sts),
    credentialsEndAt: async () => (await (await sts()).config.credentials()).expiration,
  };
}

/** One of the few regions that answer for all, and of no partition but `aws`. */
const PRICES = 'us-east-1';

type Credentials = STSClient['config']['credentials'];

function credentialsOf(sts: () => Promise<STSClient>): Credentials {
  return async (options) => (await sts()).config.credentials(options);
}

/** Stores other than AWS' own rarely have a host name for each bucket. */
async function s3Client(
  config: ReturnType<typeof sdkConfig> & { readonly credentials: Credentials },
): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  const { hostname } = await s3Endpoint(config);
  return new Client({ ...config, forcePathStyle: !isAwsHost(hostname) });
}

/** A client of the SDK, by nothing but its `send`. */
interface Loaded {
  send(command: object, options?: object): Promise<unknown>;
}

class LazyClient {
  readonly #load: () => Promise<Loaded>;

  constructor(load: () => Promise<Loaded>) {
    this.#load = load;
  }

  send<Output>(command: object, options?: object): Promise<Output>;
  async send(command: object, options?: object): Promise<unknown> {
    const client = await this.#load();
    return client.send(command, options);
  }
}

function lazily(load: () => Promise<Loaded>): LazyClient {
  return new LazyClient(once(load));
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => (loading ??= load());
}
