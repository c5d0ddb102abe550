import { CreateVpcCommand, DescribeVpcsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { operationOf, type SimulatedClient } from '#providers/simulator/account-process.ts';

test('a simulated client stands where an SDK client is asked for its send alone', () => {
  const standIn = (client: SimulatedClient) => {
    const ec2: Pick<EC2Client, 'send'> = client;
    const iam: Pick<IAMClient, 'send'> = client;
    const kms: Pick<KMSClient, 'send'> = client;
    const route53: Pick<Route53Client, 'send'> = client;
    const s3: Pick<S3Client, 'send'> = client;
    const sts: Pick<STSClient, 'send'> = client;
    return { ec2, iam, kms, route53, s3, sts };
  };
  expect(standIn).toBeTypeOf('function');
});

test('an operation is known by the name of its command', () => {
  expect(operationOf(new CreateVpcCommand({}))).toBe('CreateVpc');
  expect(operationOf(new DescribeVpcsCommand({}))).toBe('DescribeVpcs');
});
