import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TestAccount } from './support/test-account.ts';
import { BUCKET, idsOf, launch, makePlace, makeSubnet, makeVpc, stubText } from './support/test-network.ts';
import { WELCOME } from './support/welcome.ts';

/** An account with a bucket and two machines whose stub names it. */
function prepared() {
  const account = new TestAccount();
  const configuration = { LocationConstraint: account.region };
  account.call('s3', 'CreateBucket', { Bucket: BUCKET, CreateBucketConfiguration: configuration });
  const ids = idsOf(launch(account, makePlace(account).subnetId, { MinCount: 2, MaxCount: 2 }));
  return { account, ids };
}

const Listing = z.looseObject({
  Contents: z.array(z.looseObject({ Key: z.string() })).optional(),
  NextContinuationToken: z.string().optional(),
});

function keysIn(account: TestAccount, Prefix = 'mailbox/', Bucket = BUCKET): readonly string[] {
  const { Contents = [] } = Listing.parse(account.call('s3', 'ListObjectsV2', { Bucket, Prefix }));
  return Contents.map(({ Key }) => Key);
}

function pagedKeys(account: TestAccount, Prefix: string, MaxKeys: number): readonly string[] {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const input = { Bucket: BUCKET, Prefix, MaxKeys, ContinuationToken };
    const { Contents = [], NextContinuationToken } = Listing.parse(account.call('s3', 'ListObjectsV2', input));
    keys.push(...Contents.map(({ Key }) => Key));
    ContinuationToken = NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys;
}

function welcomeTo(account: TestAccount, box: string): void {
  const Body = JSON.stringify(WELCOME);
  account.call('s3', 'PutObject', { Bucket: BUCKET, Key: `mailbox/${box}/welcome`, Body, IfNoneMatch: '*' });
}

function takeWelcomeOf(account: TestAccount, box: string): void {
  account.call('s3', 'DeleteObject', { Bucket: BUCKET, Key: `mailbox/${box}/welcome` });
}

const STAGES_OF_0 = ['mailbox/token-0/stage-01-network', 'mailbox/token-0/stage-02-ready'];

describe('the mailboxes of machines', () => {
  test('NODE-11: hold the hello of each machine once it has booted', () => {
    const { account } = prepared();
    expect(keysIn(account)).toEqual([]);
    account.pass(40_000);
    expect(keysIn(account)).toEqual(['mailbox/token-0/hello', 'mailbox/token-1/hello']);
    expect(keysIn(account, 'mailbox/token-1/')).toEqual(['mailbox/token-1/hello']);
    expect(keysIn(account, 'mailbox/token-1/h')).toEqual(['mailbox/token-1/hello']);
    expect(keysIn(account, 'state/')).toEqual([]);
  });

  test('NODE-5: hold the stages of a machine that was welcomed, and of no other', () => {
    const { account } = prepared();
    account.pass(40_000);
    welcomeTo(account, 'token-0');
    account.pass(60_000);
    expect(keysIn(account, 'mailbox/token-0/stage')).toEqual(STAGES_OF_0);
    expect(keysIn(account, 'mailbox/token-1/stage')).toEqual([]);
  });

  test('NODE-12: keep the stages when the welcome is taken out again', () => {
    const { account } = prepared();
    account.pass(40_000);
    welcomeTo(account, 'token-0');
    account.pass(60_000);
    takeWelcomeOf(account, 'token-0');
    expect(keysIn(account, 'mailbox/token-0/')).toEqual(['mailbox/token-0/hello', ...STAGES_OF_0]);
  });

  test('NODE-12: see no stages of a welcome that is taken out before the machine has read it', () => {
    const { account } = prepared();
    welcomeTo(account, 'token-0');
    account.pass(10_000);
    takeWelcomeOf(account, 'token-0');
    account.pass(120_000);
    expect(keysIn(account, 'mailbox/token-0/')).toEqual(['mailbox/token-0/hello']);
  });

  test('NODE-23: hold the word of a machine that was asked to leave, once it has become something', () => {
    const { account } = prepared();
    const askToLeave = (box: string): void => {
      account.call('s3', 'PutObject', { Bucket: BUCKET, Key: `mailbox/${box}/leave`, Body: '{}', IfNoneMatch: '*' });
    };
    account.pass(40_000);
    welcomeTo(account, 'token-0');
    askToLeave('token-1');
    account.pass(60_000);
    expect(keysIn(account)).not.toContain('mailbox/token-0/left');
    takeWelcomeOf(account, 'token-0');
    askToLeave('token-0');
    expect(keysIn(account)).not.toContain('mailbox/token-0/left');
    account.pass(12_000);
    expect(keysIn(account)).toContain('mailbox/token-0/left');
    expect(keysIn(account)).not.toContain('mailbox/token-1/left');
    expect(keysIn(account)).toEqual(expect.arrayContaining(STAGES_OF_0));
  });

  test('NODE-24: hold the word of a machine that was sent renewed certificates, once for each letter', () => {
    const { account } = prepared();
    const send = (box: string, letter: string): void => {
      const Key = `mailbox/${box}/${letter}`;
      account.call('s3', 'PutObject', { Bucket: BUCKET, Key, Body: '{}', IfNoneMatch: '*' });
    };
    account.pass(40_000);
    welcomeTo(account, 'token-0');
    account.pass(60_000);
    for (const letter of ['renewal-01', 'renewal-1']) send('token-0', letter);
    send('token-1', 'renewal-01');
    expect(keysIn(account)).not.toContain('mailbox/token-0/renewed-01');
    account.pass(450_000);
    send('token-0', 'renewal-02');
    expect(keysIn(account, 'mailbox/token-0/renewed')).toEqual(['mailbox/token-0/renewed-01']);
    account.pass(450_000);
    expect(keysIn(account, 'mailbox/token-0/renewed')).toEqual([
      'mailbox/token-0/renewed-01',
      'mailbox/token-0/renewed-02',
    ]);
    expect(keysIn(account, 'mailbox/token-1/renewed')).toEqual([]);
  });

  test('NODE-11: are in the bucket that the stub names, and in no other', () => {
    const { account } = prepared();
    const CreateBucketConfiguration = { LocationConstraint: account.region };
    account.call('s3', 'CreateBucket', { Bucket: 'another-bucket', CreateBucketConfiguration });
    account.pass(40_000);
    expect(keysIn(account, '', 'another-bucket')).toEqual([]);
  });

  test('NODE-11: are told in the order of their keys, among what else is there, however long a page is', () => {
    const { account } = prepared();
    const { subnetId } = makePlace(account);
    launch(account, subnetId, { MinCount: 12, MaxCount: 12, ClientToken: 'lot' });
    for (const Key of ['a', 'mailbox/lot-1/aside', 'mailbox/lot-3', 'mailbox/lot-99/hello', 'z']) {
      account.call('s3', 'PutObject', { Bucket: BUCKET, Key, Body: 'x' });
    }
    account.pass(40_000);
    welcomeTo(account, 'lot-10');
    account.pass(60_000);
    const whole = keysIn(account, '');
    expect(whole).toEqual(whole.toSorted());
    expect(whole).toHaveLength(5 + 14 + 3);
    for (const MaxKeys of [1, 2, 3, 7]) expect(pagedKeys(account, '', MaxKeys)).toEqual(whole);
    expect(pagedKeys(account, 'mailbox/lot-1', 2)).toEqual(whole.filter((key) => key.startsWith('mailbox/lot-1')));
  });

  test('NODE-11: are one for two launches with one token in two zones', () => {
    const { account } = prepared();
    const { vpcId, subnetId } = makePlace(account);
    const elsewhere = { CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-3b' };
    launch(account, subnetId, { ClientToken: 'both' });
    launch(account, makeSubnet(account, vpcId, elsewhere), { ClientToken: 'both' });
    account.pass(40_000);
    expect(keysIn(account, 'mailbox/both-0/')).toEqual(['mailbox/both-0/hello']);
  });

  test('NODE-11: are found wherever their machines are', () => {
    const { account } = prepared();
    account.region = 'eu-west-1';
    launch(account, makeSubnet(account, makeVpc(account), { AvailabilityZone: 'eu-west-1a' }), { ClientToken: 'far' });
    account.region = 'eu-west-3';
    account.pass(40_000);
    expect(keysIn(account)).toEqual(['mailbox/far-0/hello', 'mailbox/token-0/hello', 'mailbox/token-1/hello']);
  });

  test('NODE-4: stay empty for machines without a stub that can be read', () => {
    const account = new TestAccount();
    const CreateBucketConfiguration = { LocationConstraint: account.region };
    account.call('s3', 'CreateBucket', { Bucket: BUCKET, CreateBucketConfiguration });
    const { subnetId } = makePlace(account);
    const texts = ['#!/bin/sh\n', '#bootstrap-stub\n{}', '#bootstrap-stub\n{', `\n${stubText()}`];
    for (const [index, text] of texts.entries()) {
      const UserData = Buffer.from(text).toString('base64');
      launch(account, subnetId, { ClientToken: `t${index}`, UserData });
    }
    account.pass(120_000);
    expect(keysIn(account)).toEqual([]);
  });

  test('NODE-8: get no more letters from a machine that is terminated', () => {
    const { account, ids } = prepared();
    account.pass(40_000);
    welcomeTo(account, 'token-0');
    account.ec2('TerminateInstances', { InstanceIds: ids });
    account.pass(120_000);
    expect(keysIn(account, 'mailbox/token-0/')).toEqual(['mailbox/token-0/hello', 'mailbox/token-0/welcome']);
  });
});
