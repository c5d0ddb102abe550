import { assert } from '#std/assert.ts';
import { problem } from '#engine/problem.ts';
import type { AwsClients } from './clients.ts';
import { callErrorOf } from './problems.ts';
import { sdkConfig, type Variables } from './sdk-config.ts';

/** Where the requests of each service would go: AWS, or what a variable or the profile names in its stead. Sends none. */
export async function endpointsOf(region: string, environment: Variables): Promise<ReadonlyMap<keyof AwsClients, URL>> {
  const common = sdkConfig(region, environment);
  const found = new Map<keyof AwsClients, URL>();
  for (const [service, probe] of PROBES) found.set(service, await heading(common, probe));
  return found;
}

/** Where the requests of one service would go. */
export async function endpointOf(service: keyof AwsClients, region: string, environment: Variables): Promise<URL> {
  const probe = new Map(PROBES).get(service);
  assert(probe !== undefined, 'Every service has a request to probe it with.');
  return heading(sdkConfig(region, environment), probe);
}

/** Where the requests for objects and buckets would go. */
export async function s3Endpoint(common: ReturnType<typeof sdkConfig>): Promise<URL> {
  return heading(common, askS3);
}

/** A name of AWS' own, in any partition. */
export function isAwsHost(hostname: string): boolean {
  return /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/.test(hostname);
}

/** Stands where the network would be, and lets nothing through. */
class Gate {
  readonly metadata = { handlerProtocol: 'none' };
  heading: URL | undefined;

  async handle({ protocol, hostname, port }: Heading): Promise<never> {
    this.heading = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}/`);
    throw new Stopped('No request is to be sent.');
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }
}

class Stopped extends Error {}

interface Heading {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
}

type Probing = Omit<ReturnType<typeof sdkConfig>, 'requestHandler'> & {
  readonly requestHandler: Gate;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

type Probe = (config: Probing) => Promise<unknown>;

async function heading(common: ReturnType<typeof sdkConfig>, probe: Probe): Promise<URL> {
  const requestHandler = new Gate();
  try {
    await probe({ ...common, requestHandler, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
  } catch (error) {
    if (requestHandler.heading !== undefined) return requestHandler.heading;
    throw callErrorOf(error);
  }
  throw problem('internal', { detail: 'A request was answered that was never sent.' });
}

const askS3: Probe = async (config) => {
  const { S3Client, ListBucketsCommand } = await import('@aws-sdk/client-s3');
  return new S3Client(config).send(new ListBucketsCommand({}));
};

const PROBES: readonly (readonly [keyof AwsClients, Probe])[] = [
  [
    'ec2',
    async (config) => {
      const { EC2Client, DescribeVpcsCommand } = await import('@aws-sdk/client-ec2');
      return new EC2Client(config).send(new DescribeVpcsCommand({}));
    },
  ],
  [
    'elb',
    async (config) => {
      const elb = await import('@aws-sdk/client-elastic-load-balancing-v2');
      return new elb.ElasticLoadBalancingV2Client(config).send(new elb.DescribeLoadBalancersCommand({}));
    },
  ],
  [
    'iam',
    async (config) => {
      const { IAMClient, ListRolesCommand } = await import('@aws-sdk/client-iam');
      return new IAMClient(config).send(new ListRolesCommand({}));
    },
  ],
  [
    'kms',
    async (config) => {
      const { KMSClient, ListKeysCommand } = await import('@aws-sdk/client-kms');
      return new KMSClient(config).send(new ListKeysCommand({}));
    },
  ],
  [
    'pricing',
    async (config) => {
      const { PricingClient, DescribeServicesCommand } = await import('@aws-sdk/client-pricing');
      return new PricingClient(config).send(new DescribeServicesCommand({}));
    },
  ],
  [
    'quotas',
    async (config) => {
      const { ServiceQuotasClient, ListServicesCommand } = await import('@aws-sdk/client-service-quotas');
      return new ServiceQuotasClient(config).send(new ListServicesCommand({}));
    },
  ],
  [
    'route53',
    async (config) => {
      const { Route53Client, ListHostedZonesCommand } = await import('@aws-sdk/client-route-53');
      return new Route53Client(config).send(new ListHostedZonesCommand({}));
    },
  ],
  ['s3', askS3],
  [
    'sts',
    async (config) => {
      const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      return new STSClient(config).send(new GetCallerIdentityCommand({}));
    },
  ],
];
