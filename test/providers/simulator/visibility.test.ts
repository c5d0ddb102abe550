import { describe, expect, test } from 'vitest';
import type { Weather } from '#providers/simulator/weather.ts';
import { refusalOf, TestAccount } from './support/test-account.ts';
import { launch, makePlace, makeVpc, tagged } from './support/test-network.ts';

const LAG_MS = 3_000;
const LOOKS = 50;

function behind(weather: Partial<Weather>): TestAccount {
  return new TestAccount({ weather: { lagMs: LAG_MS, ...weather } });
}

function looks<T>(look: () => T): ReadonlySet<T> {
  return new Set(Array.from({ length: LOOKS }, look));
}

function listing(account: TestAccount): string {
  const { Vpcs = [] } = account.ec2('DescribeVpcs');
  return Vpcs.map(({ Tags = [] }) => (Tags.length > 0 ? 'tagged' : 'bare')).join() || 'nothing';
}

describe('within the lag bound', () => {
  test('EC2-1: a new object may be missing from a listing and not found by its id, later not', () => {
    const account = behind({ notFoundAfterCreate: 0.5 });
    const VpcId = makeVpc(account, tagged('vpc', { a: '1' }));
    expect(looks(() => listing(account))).toEqual(new Set(['nothing', 'tagged']));
    const describeOne = () => refusalOf(() => account.ec2('DescribeVpcs', { VpcIds: [VpcId] }));
    expect(looks(describeOne)).toEqual(new Set(['accepted', 'InvalidVpcID.NotFound']));
    account.pass(LAG_MS);
    expect(looks(() => listing(account))).toEqual(new Set(['tagged']));
    expect(looks(describeOne)).toEqual(new Set(['accepted']));
  });

  test('EC2-2: a new object may not be found by requests that refer to it', () => {
    const account = behind({ notFoundAfterCreate: 0.5 });
    const VpcId = makeVpc(account);
    const create = (Description: string) =>
      refusalOf(() => account.ec2('CreateSecurityGroup', { VpcId, GroupName: 'g', Description, DryRun: false }));
    expect(looks(() => create('x'))).toContain('InvalidVpcID.NotFound');
  });

  test('EC2-3: a new object may be listed without its tags', () => {
    const account = behind({ missingTags: 0.5 });
    makeVpc(account, tagged('vpc', { a: '1' }));
    expect(looks(() => listing(account))).toEqual(new Set(['bare', 'tagged']));
    account.pass(LAG_MS);
    expect(looks(() => listing(account))).toEqual(new Set(['tagged']));
  });

  test('EC2-4: a changed object may be shown as it was', () => {
    const account = behind({ staleDescribe: 0.5 });
    const VpcId = makeVpc(account);
    account.pass(LAG_MS);
    account.ec2('ModifyVpcAttribute', { VpcId, EnableDnsHostnames: { Value: true } });
    const read = () =>
      account.ec2('DescribeVpcAttribute', { VpcId, Attribute: 'enableDnsHostnames' }).EnableDnsHostnames?.Value;
    expect(looks(read)).toEqual(new Set([false, true]));
    account.pass(LAG_MS);
    expect(looks(read)).toEqual(new Set([true]));
  });

  test('EC2-4: an instance may be shown in the state it was in', () => {
    const account = behind({ staleDescribe: 0.5 });
    launch(account, makePlace(account).subnetId);
    account.pass(10_000);
    const read = () => account.ec2('DescribeInstances').Reservations?.[0]?.Instances?.[0]?.State?.Name;
    while (!looks(read).has('running')) account.pass(100);
    expect(looks(read)).toEqual(new Set(['pending', 'running']));
    account.pass(LAG_MS);
    expect(looks(read)).toEqual(new Set(['running']));
  });

  test('EC2-5: a removed object may still be listed, though it cannot be changed or removed any more', () => {
    const account = behind({ deleteStillListed: 0.5 });
    const VpcId = makeVpc(account, tagged('vpc', { a: '1' }));
    account.pass(LAG_MS);
    account.ec2('DeleteVpc', { VpcId });
    expect(looks(() => listing(account))).toEqual(new Set(['nothing', 'tagged']));
    expect(looks(() => refusalOf(() => account.ec2('DeleteVpc', { VpcId })))).toEqual(
      new Set(['InvalidVpcID.NotFound']),
    );
    account.pass(LAG_MS);
    expect(looks(() => listing(account))).toEqual(new Set(['nothing']));
  });

  test('EC2-6: nothing older than the bound is shown, however often an object changes', () => {
    const account = behind({ staleDescribe: 1 });
    const VpcId = makeVpc(account);
    account.pass(LAG_MS);
    const cidrs = Array.from({ length: 10 }, (_, index) => `${index}`);
    for (const Value of cidrs) {
      account.pass(1_000);
      account.ec2('CreateTags', { Resources: [VpcId], Tags: [{ Key: 'version', Value }] });
    }
    const read = () => account.ec2('DescribeVpcs').Vpcs?.[0]?.Tags?.[0]?.Value;
    expect(looks(read)).toEqual(new Set(['6', '7', '8']));
  });

  test('EC2-7: names are taken at once: what cannot be seen is still there', () => {
    const account = behind({ notFoundAfterCreate: 1 });
    account.change({ notFoundAfterCreate: 0 });
    const VpcId = makeVpc(account);
    account.ec2('CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/24' });
    account.change({ notFoundAfterCreate: 0.5 });
    const codes = looks(() => refusalOf(() => account.ec2('CreateSubnet', { VpcId, CidrBlock: '10.0.0.0/24' })));
    expect(codes).toEqual(new Set(['InvalidVpcID.NotFound', 'InvalidSubnet.Conflict']));
  });
});

/** Every page of a listing, as the ids on it. */
function pagesOf(account: TestAccount, change?: () => void): readonly (readonly string[])[] {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const { Vpcs = [], NextToken } = account.ec2('DescribeVpcs', { NextToken: token });
    pages.push(Vpcs.map(({ VpcId = '' }) => VpcId));
    if (pages.length === 1) change?.();
    token = NextToken;
  } while (token !== undefined);
  return pages;
}

describe('pages', () => {
  test('EC2-9: may hold one item or none, and together all of them', () => {
    const account = new TestAccount({ weather: { pageSizeOne: 1 } });
    const made = [1, 2, 3, 4, 5].map(() => makeVpc(account)).toSorted();
    const sizes = new Set<number>();
    for (let round = 0; round < 20; round += 1) {
      const pages = pagesOf(account);
      expect(pages.flat()).toEqual(made);
      for (const { length } of pages) sizes.add(length);
    }
    expect(sizes).toEqual(new Set([0, 1]));
  });

  test('EC2-10: are not upset by what is made and removed between them', () => {
    const account = new TestAccount({ weather: { pageSizeOne: 1 } });
    const made = [1, 2, 3].map(() => makeVpc(account)).toSorted();
    const [first = ''] = made;
    const pages = pagesOf(account, () => void account.ec2('DeleteVpc', { VpcId: first }));
    expect(pages.flat().slice(-2)).toEqual(made.slice(1));
  });

  test('EC2-10: are not found by a token of the caller’s own', () => {
    const account = new TestAccount();
    expect(refusalOf(() => account.ec2('DescribeVpcs', { NextToken: 'page2' }))).toBe('InvalidPaginationToken');
  });
});
