import { expect, test } from 'vitest';
import { accessPolicy, MACHINES_TRUST } from '#providers/aws/iam/policies.ts';

const reach = { bucket: 'bootstrap-abc', key: 'arn:aws:kms:eu-west-3:1:key/k' };

test('only machines may take a role', () => {
  expect(MACHINES_TRUST.Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ]);
});

test('the control plane reaches the whole bucket and its key, and nothing else', () => {
  expect(accessPolicy(reach).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: ['s3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:ListBucket'],
      Resource: 'arn:aws:s3:::bootstrap-abc',
    },
    {
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::bootstrap-abc/*',
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      Resource: 'arn:aws:kms:eu-west-3:1:key/k',
    },
  ]);
});

test('nobody may remove versions or do everything', () => {
  const actions = accessPolicy(reach).Statement.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('Version') && !action.startsWith('s3:Get'))).toEqual([]);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});
