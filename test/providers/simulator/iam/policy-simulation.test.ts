import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { MILD_WEATHER, type Permissions, type Weather } from '#providers/simulator/weather.ts';
import { refusalOf, SdkAccount } from '../support/sdk-account.ts';

const PolicySourceArn = 'arn:aws:iam::123456789012:user/simulated-operator';

async function account(permissions: Partial<Permissions> = {}, weather: Partial<Weather> = {}) {
  const bent = { ...weather, permissions: { ...MILD_WEATHER.permissions, ...permissions } };
  return (await SdkAccount.open(bent)).in();
}

/** `ec2:RunInstances on *: allowed` */
async function decisions(
  services: Awaited<ReturnType<typeof account>>,
  ActionNames: string[],
  ResourceArns?: string[],
) {
  const command = new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames, ResourceArns });
  const { EvaluationResults = [] } = await services.iam.send(command);
  return EvaluationResults.map(
    ({ EvalActionName, EvalResourceName, EvalDecision, MissingContextValues = [] }) =>
      `${EvalActionName} on ${EvalResourceName}: ${[EvalDecision, ...MissingContextValues].join(' ')}`,
  );
}

describe('the simulation of a policy', () => {
  test('IAM-20: decides every action on every resource, on everything where none is named', async () => {
    const services = await account();
    expect(await decisions(services, ['ec2:RunInstances', 's3:CreateBucket'])).toEqual([
      'ec2:RunInstances on *: allowed',
      's3:CreateBucket on *: allowed',
    ]);
    expect(await decisions(services, ['s3:CreateBucket'], ['arn:aws:s3:::one', 'arn:aws:s3:::two'])).toEqual([
      's3:CreateBucket on arn:aws:s3:::one: allowed',
      's3:CreateBucket on arn:aws:s3:::two: allowed',
    ]);
  });

  test('IAM-21: tells what is not allowed, and which keys of a condition it would have to know', async () => {
    const services = await account({ denied: ['a:Denied'], conditional: ['a:Asked'], narrow: ['a:Narrow'] });
    expect(await decisions(services, ['a:Asked', 'a:Denied', 'a:Narrow'])).toEqual([
      'a:Asked on *: implicitDeny aws:ResourceTag/team',
      'a:Denied on *: implicitDeny',
      'a:Narrow on *: implicitDeny',
    ]);
    expect(await decisions(services, ['a:Narrow'], ['arn:aws:s3:::one'])).toEqual([
      'a:Narrow on arn:aws:s3:::one: allowed',
    ]);
  });

  test('IAM-22: is of a user, a group or a role that is there, never of a session', async () => {
    const { iam } = await account();
    const ask = (source: string) =>
      refusalOf(
        iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: source, ActionNames: ['ec2:RunInstances'] })),
      );
    expect(await ask('arn:aws:sts::123456789012:assumed-role/operator/session')).toBe('InvalidInputException 400');
    expect(await ask('arn:aws:iam::123456789012:root')).toBe('InvalidInputException 400');
    expect(await ask('arn:aws:iam::123456789012:role/nobody')).toBe('NoSuchEntityException 404');
  });

  test('IAM-23: has pages', async () => {
    const { iam } = await account({}, { pageSizeOne: 0 });
    const ActionNames = Array.from({ length: 7 }, (_, index) => `ec2:Action${index}`);
    const ask = (Marker?: string) =>
      iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames, MaxItems: 5, Marker }));
    const first = await ask();
    expect([first.EvaluationResults?.length, first.IsTruncated]).toEqual([5, true]);
    const second = await ask(first.Marker);
    expect([second.EvaluationResults?.length, second.IsTruncated]).toEqual([2, false]);
  });
});

test('ALL-7: what is denied is refused, by each service in its own words', async () => {
  const denied = ['ec2:DescribeVpcs', 'iam:GetRole', 'servicequotas:GetServiceQuota'];
  const { ec2, iam, quotas } = await account({ denied });
  expect(await refusalOf(ec2.send(new DescribeVpcsCommand({})))).toBe('UnauthorizedOperation 403');
  expect(await refusalOf(iam.send(new GetRoleCommand({ RoleName: 'operator' })))).toBe('AccessDenied 403');
  const quota = new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' });
  expect(await refusalOf(quotas.send(quota))).toBe('AccessDeniedException 400');
});
