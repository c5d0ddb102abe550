import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { simulatedAccount } from '#providers/simulator/index.ts';
import type { Change } from '#providers/simulator/account-log.ts';
import { MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { faultOf, refusalOf, TestAccount } from './support/test-account.ts';
import { launch, makePlace, makeVpc, tagged } from './support/test-network.ts';

const Metadata = z.looseObject({ requestId: z.uuid() });
const CIDR = { CidrBlock: '10.0.0.0/16' };

function vpcCount(account: TestAccount): number | undefined {
  return account.ec2('DescribeVpcs').Vpcs?.length;
}

describe('an account', () => {
  test('refuses what it does not know, so that nothing passes silently', () => {
    const account = new TestAccount();
    expect(refusalOf(() => account.ec2('CreateTransitGateway'))).toBe('InvalidAction');
    expect(refusalOf(() => account.call('braket', 'CreateJob', {}))).toBe('InvalidAction');
    expect(faultOf(() => account.ec2('CreateVpc', { ...CIDR, Ipv6Pool: 'x' }))).toMatchObject({
      name: 'ValidationError',
      message: 'The simulated CreateVpc does not take this: ✖ Unrecognized key: "Ipv6Pool"',
    });
    expect(vpcCount(account)).toBe(0);
  });

  test('answers with metadata, as the SDK does', () => {
    const { $metadata } = z.looseObject({ $metadata: Metadata }).parse(new TestAccount().ec2('CreateVpc', CIDR));
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
  });

  test('EC2-12: does nothing on a dry run', () => {
    const account = new TestAccount();
    expect(faultOf(() => account.ec2('CreateVpc', { ...CIDR, DryRun: true }))).toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    expect(vpcCount(account)).toBe(0);
  });

  test('lives the same life again for the same seed and the same calls, another for another seed', () => {
    const live = (seed: string) => {
      const account = new TestAccount({ seed, weather: { ...MEAN_WEATHER, publishedThrottles: false } });
      const answers: string[] = [];
      for (let call = 0; call < 60; call += 1) {
        account.pass(700);
        const what = call % 3 === 0 ? () => account.ec2('CreateVpc', CIDR) : () => account.ec2('DescribeVpcs');
        answers.push(faultOf(() => answers.push(JSON.stringify(what())))?.name ?? 'accepted');
      }
      return answers;
    };
    expect(live('one')).toEqual(live('one'));
    expect(live('one')).not.toEqual(live('two'));
  });

  test('answers each reader with objects of his own', () => {
    const account = new TestAccount();
    const VpcIds = [makeVpc(account, tagged('vpc', { a: '1' }))];
    const read = () => account.ec2('DescribeVpcs', { VpcIds }).Vpcs?.[0];
    read()?.Tags?.push({ Key: 'mine', Value: 'alone' });
    expect(read()?.Tags).toEqual([{ Key: 'a', Value: '1' }]);
  });

  test('can be walked: every object there is, with its tags, age and whether it lives', () => {
    const account = new TestAccount();
    const id = makeVpc(account, tagged('vpc', { a: '1' }));
    const walked = account.account.walk(account.nowMs);
    expect(walked.map(({ kind }) => kind)).toEqual(['vpc', 'route-table', 'security-group']);
    expect(walked[0]).toEqual({
      kind: 'vpc',
      region: 'eu-west-3',
      id,
      tags: { a: '1' },
      createdAtMs: 1_000_000,
      isAlive: true,
    });
  });

  test('tells a witness of every change, before and after', () => {
    const told: string[] = [];
    const note = (when: string) => (change: Change) => {
      told.push(`${when} ${change.operation}: ${change.writes.map(({ kind }) => kind).join(' ')}`);
    };
    const account = new TestAccount({ witness: { before: note('before'), after: note('after') } });
    const VpcId = makeVpc(account);
    account.ec2('DescribeVpcs');
    account.ec2('DeleteVpc', { VpcId });
    const kinds = 'vpc route-table security-group';
    expect(told).toEqual([
      `before ec2.CreateVpc: ${kinds}`,
      `after ec2.CreateVpc: ${kinds}`,
      `before ec2.DeleteVpc: ${kinds}`,
      `after ec2.DeleteVpc: ${kinds}`,
    ]);
  });

  test('changes nothing when a witness stops it', () => {
    const stop = new Error('stopped');
    const account = new TestAccount({
      witness: {
        before: () => {
          throw stop;
        },
      },
    });
    expect(() => makeVpc(account)).toThrow(stop);
    expect(vpcCount(account)).toBe(0);
  });

  test('keeps its time from running back', () => {
    const account = new TestAccount();
    makeVpc(account);
    account.pass(-500_000);
    makeVpc(account);
    const made = account.account.walk(account.nowMs).filter(({ kind }) => kind === 'vpc');
    expect(made.map(({ createdAtMs }) => createdAtMs)).toEqual([1_000_000, 1_000_000]);
  });

  test('executes thousands of operations in a moment', () => {
    const account = simulatedAccount({ seed: 'fast', weather: { ...MILD_WEATHER, publishedThrottles: false } });
    const request = { region: 'eu-west-3', service: 'ec2', operation: 'DescribeVpcs', input: {} };
    for (let call = 0; call < 20_000; call += 1) account.execute(request, call);
    expect(account.seq).toBe(1);
  });
});

describe('the weather', () => {
  const make = (account: TestAccount) => faultOf(() => account.ec2('CreateVpc', CIDR));

  test('throttles before anything is done', () => {
    const account = new TestAccount({ weather: { throttle: 1 } });
    expect(make(account)).toMatchObject({ name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } });
    account.change({ throttle: 0 });
    expect(vpcCount(account)).toBe(0);
  });

  test('fails before anything is done', () => {
    const account = new TestAccount({ weather: { errorBefore: 1 } });
    expect(make(account)).toMatchObject({
      name: 'InternalError',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    });
    account.change({ errorBefore: 0 });
    expect(vpcCount(account)).toBe(0);
  });

  test('fails after it was done, with the same words', () => {
    const account = new TestAccount({ weather: { errorAfter: 1 } });
    expect(make(account)).toMatchObject({
      name: 'InternalError',
      $fault: 'server',
      $metadata: { httpStatusCode: 500 },
    });
    expect(vpcCount(account)).toBe(1);
  });

  test('lets credentials expire', () => {
    const account = new TestAccount({ weather: { credentialsExpired: 1 } });
    expect(make(account)).toMatchObject({ name: 'RequestExpired', $fault: 'client' });
  });

  test('EC2-66: has a zone without capacity for one launch and not for the next', () => {
    const account = new TestAccount();
    const { subnetId } = makePlace(account);
    account.change({ noCapacity: 0.5 });
    const outcomes = Array.from({ length: 40 }, (_, index) =>
      refusalOf(() => launch(account, subnetId, { ClientToken: `t${index}` })),
    );
    expect(new Set(outcomes)).toEqual(new Set(['accepted', 'InsufficientInstanceCapacity']));
  });
});

describe('the published token buckets', () => {
  const throttled = () => new TestAccount({ weather: { publishedThrottles: true } });
  const acceptedOf = (calls: number, call: (index: number) => unknown) =>
    Array.from({ length: calls }, (_, index) => refusalOf(() => call(index))).filter(
      (code) => code !== 'RequestLimitExceeded',
    ).length;

  test('EC2-13: hold 50 changes of one operation and gain 5 in a second', () => {
    const account = throttled();
    const remove = () => account.ec2('DeleteVpc', { VpcId: 'vpc-0' });
    expect(acceptedOf(60, remove)).toBe(50);
    account.pass(2_000);
    expect(acceptedOf(60, remove)).toBe(10);
  });

  test('EC2-13: are apart for each operation and each region', () => {
    const account = throttled();
    acceptedOf(60, () => account.ec2('DeleteVpc', { VpcId: 'vpc-0' }));
    expect(refusalOf(() => account.ec2('DeleteSubnet', { SubnetId: 'subnet-0' }))).toBe('InvalidSubnetID.NotFound');
    const elsewhere = { region: 'eu-west-1', service: 'ec2', operation: 'DeleteVpc', input: { VpcId: 'vpc-0' } };
    expect(refusalOf(() => account.account.execute(elsewhere, account.nowMs))).toBe('InvalidVpcID.NotFound');
  });

  test('EC2-14: hold 5 launches, gain 2 in a second, and count instances beside', () => {
    const account = throttled();
    const run = (index: number) =>
      account.ec2('RunInstances', {
        ImageId: 'ami-0',
        InstanceType: 'x',
        MinCount: 1,
        MaxCount: 1,
        ClientToken: `${index}`,
      });
    expect(acceptedOf(8, run)).toBe(5);
    account.pass(1_000);
    expect(acceptedOf(8, run)).toBe(2);
    account.pass(10_000);
    const many = { ImageId: 'ami-0', InstanceType: 'x', MinCount: 1, MaxCount: 999 };
    expect(refusalOf(() => account.ec2('RunInstances', many))).toBe('InvalidAMIID.NotFound');
    expect(refusalOf(() => account.ec2('RunInstances', many))).toBe('RequestLimitExceeded');
  });

  test('EC2-15: hold less for a listing without a filter', () => {
    const account = throttled();
    expect(acceptedOf(80, () => account.ec2('DescribeInstances'))).toBe(50);
    expect(acceptedOf(80, () => account.ec2('DescribeInstances', { MaxResults: 100 }))).toBe(50);
    expect(acceptedOf(200, () => account.ec2('DescribeVpcs'))).toBe(100);
  });
});
