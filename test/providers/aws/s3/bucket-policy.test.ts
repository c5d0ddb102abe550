import { expect, test } from 'vitest';
import { bucketPolicy } from '#providers/aws/s3/bucket-policy.ts';

test('the policy of the bucket only denies, and denies everybody', () => {
  for (const { Effect, Principal } of bucketPolicy('b', 'eu-west-3').Statement) {
    expect({ Effect, Principal }).toEqual({ Effect: 'Deny', Principal: '*' });
  }
});

test('nothing goes without TLS, and state is neither written nor removed without a condition', () => {
  expect(
    bucketPolicy('b', 'eu-west-3').Statement.map(({ Action, Resource, Condition }) => ({
      Action,
      Resource,
      Condition,
    })),
  ).toEqual([
    {
      Action: 's3:*',
      Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::b/state/*',
      Condition: { Null: { 's3:if-match': 'true', 's3:if-none-match': 'true' } },
    },
    { Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::b/state/*', Condition: { Null: { 's3:if-match': 'true' } } },
  ]);
});

test('the versions of the state can be removed, so that the bucket can be emptied', () => {
  const denied = bucketPolicy('b', 'eu-west-3').Statement.filter(({ Condition }) => Condition?.['Bool'] === undefined);
  expect(denied.flatMap(({ Action }) => Action)).not.toContain('s3:DeleteObjectVersion');
});

test('in another partition the bucket has another ARN', () => {
  const resources = bucketPolicy('b', 'cn-north-1').Statement.flatMap(({ Resource = [] }) => Resource);
  expect(resources.filter((arn) => !arn.startsWith('arn:aws-cn:s3:::b'))).toEqual([]);
});
