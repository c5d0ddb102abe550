import { describe, expect, test } from 'vitest';
import { MILD_WEATHER } from '#providers/simulator/weather.ts';
import { refusalOf, TestAccount } from '../support/test-account.ts';

const VCPUS = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
const VPCS = { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' };

function ask(account: TestAccount, named: object, operation = 'GetServiceQuota'): object {
  return account.call('quotas', operation, named);
}

describe('a quota', () => {
  test('QUO-1: is told by the codes of its service and its own', () => {
    const account = new TestAccount();
    expect(ask(account, VCPUS)).toMatchObject({
      Quota: { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A', Value: 256, Adjustable: true },
    });
  });

  test('QUO-2: that was never raised may have only its default', () => {
    const account = new TestAccount();
    expect(refusalOf(() => ask(account, VPCS))).toBe('NoSuchResourceException');
    expect(ask(account, VPCS, 'GetAWSDefaultServiceQuota')).toMatchObject({ Quota: { Value: 5 } });
    account.change({ quotas: { ...MILD_WEATHER.quotas, vpcs: 9 } });
    expect(ask(account, VPCS)).toMatchObject({ Quota: { Value: 9 } });
    expect(ask(account, VPCS, 'GetAWSDefaultServiceQuota')).toMatchObject({ Quota: { Value: 5 } });
  });

  test.each(['GetServiceQuota', 'GetAWSDefaultServiceQuota'])(
    'QUO-3: that is not there has no value for %s',
    (name) => {
      const account = new TestAccount();
      for (const named of [
        { ServiceCode: 'ec2', QuotaCode: 'L-F678F1CE' },
        { ServiceCode: 'EC2', QuotaCode: 'L-1216C47A' },
      ])
        expect(refusalOf(() => ask(account, named, name))).toBe('NoSuchResourceException');
    },
  );

  test('QUO-4: is what the account enforces', () => {
    const account = new TestAccount({ weather: { quotas: { ...MILD_WEATHER.quotas, vpcs: 1 } } });
    expect(ask(account, VPCS)).toMatchObject({ Quota: { Value: 1 } });
    account.ec2('CreateVpc', { CidrBlock: '10.0.0.0/16' });
    expect(refusalOf(() => account.ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' }))).toBe('VpcLimitExceeded');
  });
});
