import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { idsOf, launch, makeGateway, makePlace, makeVpc, tagged } from '../support/test-network.ts';

function tagsOf(account: TestAccount, id: string) {
  return account.ec2('DescribeVpcs', { VpcIds: [id] }).Vpcs?.[0]?.Tags;
}

describe('tags', () => {
  test('EC2-91: are added and replaced by key, on several resources at once', () => {
    const account = new TestAccount();
    const vpc = makeVpc(account, tagged('vpc', { a: '1', b: '2' }));
    const gateway = makeGateway(account);
    account.ec2('CreateTags', { Resources: [vpc, gateway], Tags: [{ Key: 'b', Value: '3' }, { Key: 'c' }] });
    expect(tagsOf(account, vpc)).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '3' },
      { Key: 'c', Value: '' },
    ]);
    const Filters = [{ Name: 'resource-id', Values: [gateway] }];
    const { Tags } = account.ec2('DescribeTags', { Filters });
    expect(Tags?.map(({ Key, Value, ResourceType }) => [Key, Value, ResourceType])).toEqual([
      ['b', '3', 'internet-gateway'],
      ['c', '', 'internet-gateway'],
    ]);
  });

  test('EC2-92: are removed by key, or by key and value; what is not there is no error', () => {
    const account = new TestAccount();
    const vpc = makeVpc(account, tagged('vpc', { a: '1', b: '2' }));
    const remove = (Tags: object[]) => account.ec2('DeleteTags', { Resources: [vpc], Tags });
    remove([{ Key: 'a', Value: 'other' }, { Key: 'z' }]);
    expect(tagsOf(account, vpc)).toHaveLength(2);
    remove([{ Key: 'a', Value: '1' }]);
    expect(tagsOf(account, vpc)).toEqual([{ Key: 'b', Value: '2' }]);
    remove([{ Key: 'b' }]);
    expect(tagsOf(account, vpc)).toEqual([]);
  });

  test('EC2-93: are put on all resources of a request or on none', () => {
    const account = new TestAccount();
    const vpc = makeVpc(account);
    const add = (id: string) =>
      refusalOf(() => account.ec2('CreateTags', { Resources: [vpc, id], Tags: [{ Key: 'a' }] }));
    expect(add('subnet-0')).toBe('InvalidSubnetID.NotFound');
    expect(add('nonsense')).toBe('InvalidID');
    expect(tagsOf(account, vpc)).toEqual([]);
  });

  test.each([
    ['a reserved key', { 'aws:mine': '1' }, 'InvalidParameterValue'],
    ['an empty key', { '': '1' }, 'InvalidParameterValue'],
    ['a key too long', { ['k'.repeat(129)]: '1' }, 'InvalidParameterValue'],
    ['a value too long', { k: 'v'.repeat(257) }, 'InvalidParameterValue'],
    ['too many', Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ''])), 'TagLimitExceeded'],
  ])('EC2-94: with %s are refused', (_what, tags, code) => {
    expect(refusalOf(() => makeVpc(new TestAccount(), tagged('vpc', tags)))).toBe(code);
  });

  test('EC2-95: of instances are found with their type', () => {
    const account = new TestAccount();
    const [id] = idsOf(launch(account, makePlace(account).subnetId, tagged('instance', { cluster: 'x' })));
    const Filters = [
      { Name: 'key', Values: ['cluster'] },
      { Name: 'value', Values: ['x'] },
    ];
    const { Tags } = account.ec2('DescribeTags', { Filters });
    expect(Tags).toEqual([{ ResourceId: id, ResourceType: 'instance', Key: 'cluster', Value: 'x' }]);
  });

  test('EC2-95: go with what they are on', () => {
    const account = new TestAccount();
    const TagSpecifications = ['instance', 'volume'].map((ResourceType) => ({
      ResourceType,
      Tags: [{ Key: 'cluster', Value: 'x' }],
    }));
    const [instance = ''] = idsOf(launch(account, makePlace(account).subnetId, { TagSpecifications }));
    const types = () => account.ec2('DescribeTags').Tags?.map(({ ResourceType }) => ResourceType);
    expect(types()?.toSorted()).toEqual(['instance', 'volume']);
    account.ec2('TerminateInstances', { InstanceIds: [instance] });
    account.pass(30_000);
    expect(types()).toEqual(['instance']);
    account.pass(3_600_000);
    expect(types()).toEqual([]);
    const retag = () => account.ec2('CreateTags', { Resources: [instance], Tags: [{ Key: 'a' }] });
    expect(refusalOf(retag)).toBe('InvalidInstanceID.NotFound');
  });
});
