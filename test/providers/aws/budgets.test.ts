import { expect, test } from 'vitest';
import { alsoDrawn, budgetOf, PUBLISHED_BUDGETS } from '#providers/aws/budgets.ts';

test('operations that AWS counts together draw from one budget', () => {
  const operations: readonly (readonly [string, string])[] = [
    ['ec2', 'DescribeInstances'],
    ['ec2', 'DescribeVpcAttribute'],
    ['ec2', 'CreateSubnet'],
    ['ec2', 'RunInstances'],
    ['ec2', 'TerminateInstances'],
    ['ec2', 'CreateTags'],
    ['iam', 'GetRole'],
    ['iam', 'CreateRole'],
    ['kms', 'CreateKey'],
    ['kms', 'Encrypt'],
    ['route53', 'ListResourceRecordSets'],
    ['route53', 'ChangeResourceRecordSets'],
    ['s3', 'PutObject'],
    ['sts', 'GetCallerIdentity'],
  ];
  expect(operations.map(([service, operation]) => `${operation}: ${budgetOf(service, operation)}`)).toEqual([
    'DescribeInstances: ec2.read',
    'DescribeVpcAttribute: ec2.read',
    'CreateSubnet: ec2.write',
    'RunInstances: ec2.RunInstances',
    'TerminateInstances: ec2.TerminateInstances',
    'CreateTags: ec2.tags',
    'GetRole: iam.read',
    'CreateRole: iam.write',
    'CreateKey: kms.write',
    'Encrypt: kms.Encrypt',
    'ListResourceRecordSets: route53',
    'ChangeResourceRecordSets: route53',
    'PutObject: s3.PutObject',
    'GetCallerIdentity: sts.GetCallerIdentity',
  ]);
});

test('services that can take thousands of requests a second have no budget', () => {
  const names = Object.keys(PUBLISHED_BUDGETS);
  expect(names.filter((name) => /^(?:s3|sts|kms\.Encrypt)/.test(name))).toEqual([]);
});

test('a launch and a termination draw one token for each machine besides that of the request', () => {
  expect(alsoDrawn('ec2', 'RunInstances', { MinCount: 7, MaxCount: 7 })).toEqual({
    budget: 'ec2.RunInstances.machines',
    tokens: 7,
  });
  expect(alsoDrawn('ec2', 'TerminateInstances', { InstanceIds: ['i-1', 'i-2'] })).toEqual({
    budget: 'ec2.TerminateInstances.machines',
    tokens: 2,
  });
  expect(alsoDrawn('ec2', 'DescribeInstances', { InstanceIds: ['i-1'] })).toBeUndefined();
});
