import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { PricingClient } from '@aws-sdk/client-pricing';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { STSClient } from '@aws-sdk/client-sts';

/**
 * The services this provider speaks to, by nothing but `send(command)`: what stands behind may be AWS or a simulation of
 * it. No paginators, waiters or presigners, which look inside a client.
 */
export interface AwsClients {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly elb: Pick<ElasticLoadBalancingV2Client, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly kms: Pick<KMSClient, 'send'>;
  readonly pricing: Pick<PricingClient, 'send'>;
  readonly quotas: Pick<ServiceQuotasClient, 'send'>;
  readonly route53: Pick<Route53Client, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
}

/** Services whose requests are signed with credentials that may end. */
export interface SigningClients extends AwsClients {
  /** Undefined: never, or nobody knows. */
  readonly credentialsEndAt?: () => Promise<Date | undefined>;
}
