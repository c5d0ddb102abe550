import { expect, test } from 'vitest';
import { accessPolicy, machinesTrust } from '#providers/aws/iam/policies.ts';

const reach = { cluster: 'abc', bucket: 'bootstrap-abc', key: 'arn:aws:kms:eu-west-3:123456789012:key/k' };

test.each([
  ['eu-west-3', 'ec2.amazonaws.com'],
  ['us-gov-west-1', 'ec2.amazonaws.com'],
  ['cn-north-1', 'ec2.amazonaws.com.cn'],
])('only machines may take a role (%s)', (region, machines) => {
  expect(machinesTrust(region).Statement).toEqual([
    { Effect: 'Allow', Principal: { Service: machines }, Action: 'sts:AssumeRole' },
  ]);
});

test('the control plane reaches the bucket in this account, and the key for it and for its own state, and nothing else', () => {
  const here = { StringEquals: { 'aws:ResourceAccount': '123456789012' } };
  expect(accessPolicy(reach).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: ['s3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:ListBucket'],
      Resource: 'arn:aws:s3:::bootstrap-abc',
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::bootstrap-abc/*',
      Condition: here,
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: reach.key,
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-3.amazonaws.com' } },
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:Encrypt'],
      Resource: reach.key,
      Condition: { StringEquals: { 'kms:EncryptionContext:bootstrap:cluster': 'abc' } },
    },
  ]);
});

test('nobody may remove versions or do everything, and nothing goes without a condition', () => {
  const statements = accessPolicy(reach).Statement;
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('Version') && !action.startsWith('s3:Get'))).toEqual([]);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  expect(statements.filter(({ Condition }) => Condition === undefined)).toEqual([]);
});

test('in another partition everything has other names', () => {
  const [look] = accessPolicy({ ...reach, key: 'arn:aws-us-gov:kms:us-gov-west-1:1:key/k' }).Statement;
  expect(look?.Resource).toBe('arn:aws-us-gov:s3:::bootstrap-abc');
});
