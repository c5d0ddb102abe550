import { expect, test } from 'vitest';
import { principalOf } from '#providers/aws/preflight/principal.ts';
import { requestLink } from '#providers/aws/preflight/quota.ts';

test.each([
  ['arn:aws:iam::1:user/people/ada', { is: 'user', arn: 'arn:aws:iam::1:user/people/ada' }],
  [
    'arn:aws-us-gov:sts::1:assumed-role/AWSReservedSSO_Admin_0123/ada@example.com',
    { is: 'role', role: 'AWSReservedSSO_Admin_0123', arn: 'arn:aws-us-gov:iam::1:role/AWSReservedSSO_Admin_0123' },
  ],
  ['arn:aws-cn:iam::1:root', { is: 'root' }],
  ['arn:aws:sts::1:federated-user/ada', { is: 'other' }],
  ['arn:aws:sts::1:assumed-role', { is: 'other' }],
  ['somebody', { is: 'other' }],
])('%s has the policies of %j', (arn, principal) => {
  expect(principalOf(arn)).toEqual(principal);
});

test.each([
  ['eu-west-3', 'https://eu-west-3.console.aws.amazon.com'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn'],
])('more is asked for in %s at its own console', (region, console) => {
  const quota = { service: 'ec2', code: 'L-1216C47A' };
  expect(requestLink(region, quota)).toBe(`${console}/servicequotas/home/services/ec2/quotas/L-1216C47A`);
});
