import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';

function typesWhere(account: TestAccount, Filters: readonly object[], more: object = {}) {
  const { InstanceTypes = [] } = account.ec2('DescribeInstanceTypes', { Filters, ...more });
  return InstanceTypes.map(({ InstanceType, VCpuInfo }) => `${InstanceType} ${VCpuInfo?.DefaultVCpus}`);
}

describe('machine types', () => {
  test('ITY-1: tell their processors, by name and by filter, on pages of 100 at most', () => {
    const account = new TestAccount();
    const { InstanceTypes } = account.ec2('DescribeInstanceTypes', { InstanceTypes: ['m7g.2xlarge'] });
    expect(InstanceTypes).toMatchObject([
      { VCpuInfo: { DefaultVCpus: 8 }, ProcessorInfo: { SupportedArchitectures: ['arm64'] } },
    ]);
    expect(typesWhere(account, [{ Name: 'instance-type', Values: ['t3.small', 'm6i.4xlarge'] }])).toEqual([
      'm6i.4xlarge 16',
      't3.small 2',
    ]);
    expect(refusalOf(() => typesWhere(account, [], { MaxResults: 101 }))).toBe('InvalidParameterValue');
  });

  test('ITY-2: that are none are refused by name, and not found by filter', () => {
    const account = new TestAccount();
    const asked = { InstanceTypes: ['z9.mega'] };
    expect(refusalOf(() => account.ec2('DescribeInstanceTypes', asked))).toBe('InvalidInstanceType');
    expect(typesWhere(account, [{ Name: 'instance-type', Values: ['z9.mega'] }])).toEqual([]);
  });
});
