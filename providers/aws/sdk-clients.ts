import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsClients } from './clients.ts';

/** AWS itself. Every request is sent once: whether it may be sent again is the engine's to say. */
export function sdkClients(region: string): AwsClients {
  const config = { region, maxAttempts: 1 };
  return {
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    route53: new Route53Client(config),
    s3: new S3Client(config),
    sts: new STSClient(config),
  };
}
