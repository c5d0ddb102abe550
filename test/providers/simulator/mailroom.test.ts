import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TestAccount } from './support/test-account.ts';
import {
  BUCKET,
  idsOf,
  launch,
  makePlace,
  makeRole,
  makeSubnet,
  makeVpc,
  prefixOf,
  stubText,
} from './support/test-network.ts';
import { WELCOME } from './support/welcome.ts';

/** An account with a bucket and two machines that have a role and whose user-data names the bucket; with their boxes. */
function prepared() {
  const account = new TestAccount();
  const configuration = { LocationConstraint: account.region };
  account.call('s3', 'CreateBucket', { Bucket: BUCKET, CreateBucketConfiguration: configuration });
  const role = makeRole(account);
  const ids = idsOf(launch(account, makePlace(account).subnetId, { MinCount: 2, MaxCount: 2, ...role })).toSorted();
  const [one = '', other = ''] = ids.map((id) => prefixOf(id));
  return { account, ids, one, other, role };
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

function welcomeTo(account: TestAccount, prefix: string): void {
  const Body = JSON.stringify(WELCOME);
  account.call('s3', 'PutObject', { Bucket: BUCKET, Key: `${prefix}welcome`, Body, IfNoneMatch: '*' });
}

function takeWelcomeOf(account: TestAccount, prefix: string): void {
  account.call('s3', 'DeleteObject', { Bucket: BUCKET, Key: `${prefix}welcome` });
}

function send(account: TestAccount, prefix: string, letter: string): void {
  account.call('s3', 'PutObject', { Bucket: BUCKET, Key: `${prefix}${letter}`, Body: '{}', IfNoneMatch: '*' });
}

const stagesIn = (prefix: string) => [`${prefix}stage-01-network`, `${prefix}stage-02-ready`];

describe('the mailboxes of machines', () => {
  test('NODE-11: hold the hello of each machine once it has booted', () => {
    const { account, one, other } = prepared();
    expect(keysIn(account)).toEqual([]);
    account.pass(40_000);
    expect(keysIn(account)).toEqual([`${one}hello`, `${other}hello`]);
    expect(keysIn(account, other)).toEqual([`${other}hello`]);
    expect(keysIn(account, `${other}h`)).toEqual([`${other}hello`]);
    expect(keysIn(account, 'state/')).toEqual([]);
  });

  test('NODE-5: hold the stages of a machine that was welcomed, and of no other', () => {
    const { account, one, other } = prepared();
    account.pass(40_000);
    welcomeTo(account, one);
    account.pass(60_000);
    expect(keysIn(account, `${one}stage`)).toEqual(stagesIn(one));
    expect(keysIn(account, `${other}stage`)).toEqual([]);
  });

  test('NODE-12: keep the stages when the welcome is taken out again', () => {
    const { account, one } = prepared();
    account.pass(40_000);
    welcomeTo(account, one);
    account.pass(60_000);
    takeWelcomeOf(account, one);
    expect(keysIn(account, one)).toEqual([`${one}hello`, ...stagesIn(one)]);
  });

  test('NODE-12: see no stages of a welcome that is taken out before the machine has read it', () => {
    const { account, one } = prepared();
    welcomeTo(account, one);
    account.pass(10_000);
    takeWelcomeOf(account, one);
    account.pass(120_000);
    expect(keysIn(account, one)).toEqual([`${one}hello`]);
  });

  test('NODE-24: hold the word of a machine that was asked to leave, once it has become something', () => {
    const { account, one, other } = prepared();
    const askToLeave = (prefix: string): void => {
      account.call('s3', 'PutObject', { Bucket: BUCKET, Key: `${prefix}leave`, Body: '{}', IfNoneMatch: '*' });
    };
    account.pass(40_000);
    welcomeTo(account, one);
    askToLeave(other);
    account.pass(60_000);
    expect(keysIn(account)).not.toContain(`${one}left`);
    takeWelcomeOf(account, one);
    askToLeave(one);
    expect(keysIn(account)).not.toContain(`${one}left`);
    account.pass(12_000);
    expect(keysIn(account)).toContain(`${one}left`);
    expect(keysIn(account)).not.toContain(`${other}left`);
    expect(keysIn(account)).toEqual(expect.arrayContaining(stagesIn(one)));
  });

  test('NODE-25: hold the word of a machine that was sent renewed certificates, once for each letter', () => {
    const { account, one, other } = prepared();
    account.pass(40_000);
    welcomeTo(account, one);
    account.pass(60_000);
    for (const letter of ['renewal-01', 'renewal-1']) send(account, one, letter);
    send(account, other, 'renewal-01');
    expect(keysIn(account)).not.toContain(`${one}renewed-01`);
    account.pass(450_000);
    send(account, one, 'renewal-02');
    expect(keysIn(account, `${one}renewed`)).toEqual([`${one}renewed-01`]);
    account.pass(450_000);
    expect(keysIn(account, `${one}renewed`)).toEqual([`${one}renewed-01`, `${one}renewed-02`]);
    expect(keysIn(account, `${other}renewed`)).toEqual([]);
  });

  test('NODE-27: hold the word of a machine that was told to run something else, once for each letter', () => {
    const { account, one, other } = prepared();
    account.pass(40_000);
    welcomeTo(account, one);
    account.pass(60_000);
    for (const letter of ['update-01', 'renewal-01']) send(account, one, letter);
    send(account, other, 'update-01');
    expect(keysIn(account)).not.toContain(`${one}updated-01`);
    account.pass(90_000);
    send(account, one, 'update-02');
    expect(keysIn(account, `${one}updated`)).toEqual([`${one}updated-01`]);
    account.pass(450_000);
    expect(keysIn(account, `${one}updated`)).toEqual([`${one}updated-01`, `${one}updated-02`]);
    send(account, one, 'update-04');
    account.pass(90_000);
    expect(keysIn(account, `${one}updated`)).toHaveLength(2);
    send(account, one, 'update-03');
    account.pass(90_000);
    expect(keysIn(account, `${one}updated`)).toHaveLength(4);
    expect(keysIn(account, `${one}renewed`)).toEqual([`${one}renewed-01`]);
    expect(keysIn(account, `${other}updated`)).toEqual([]);
  });

  test('NODE-11: are in the bucket that the stub names, and in no other', () => {
    const { account } = prepared();
    const CreateBucketConfiguration = { LocationConstraint: account.region };
    account.call('s3', 'CreateBucket', { Bucket: 'another-bucket', CreateBucketConfiguration });
    account.pass(40_000);
    expect(keysIn(account, '', 'another-bucket')).toEqual([]);
  });

  test('NODE-11: are told in the order of their keys, among what else is there, however long a page is', () => {
    const { account, one, role } = prepared();
    const { subnetId } = makePlace(account);
    launch(account, subnetId, { MinCount: 12, MaxCount: 12, ClientToken: 'lot', ...role });
    for (const Key of ['a', `${one}aside`, 'mailbox/arn', 'mailbox/theirs/hello', 'z']) {
      account.call('s3', 'PutObject', { Bucket: BUCKET, Key, Body: 'x' });
    }
    account.pass(40_000);
    welcomeTo(account, one);
    account.pass(60_000);
    const whole = keysIn(account, '');
    expect(whole).toEqual(whole.toSorted());
    expect(whole).toHaveLength(5 + 14 + 3);
    for (const MaxKeys of [1, 2, 3, 7]) expect(pagedKeys(account, '', MaxKeys)).toEqual(whole);
    const beginning = one.slice(0, -17);
    expect(pagedKeys(account, beginning, 2)).toEqual(whole.filter((key) => key.startsWith(beginning)));
  });

  test('NODE-11: are found wherever their machines are', () => {
    const { account, one, other } = prepared();
    account.region = 'eu-west-1';
    const place = makeSubnet(account, makeVpc(account), { AvailabilityZone: 'eu-west-1a' });
    const [id = ''] = idsOf(launch(account, place, { ClientToken: 'far', IamInstanceProfile: { Name: 'speakers' } }));
    account.region = 'eu-west-3';
    account.pass(40_000);
    expect(keysIn(account)).toEqual([`${prefixOf(id, 'eu-west-1')}hello`, `${one}hello`, `${other}hello`]);
  });

  test('NODE-26: stay empty until a machine has a role, and some seconds longer', () => {
    const { account } = prepared();
    const [id = ''] = idsOf(launch(account, makePlace(account).subnetId, { ClientToken: 'later' }));
    account.pass(120_000);
    expect(keysIn(account, prefixOf(id))).toEqual([]);
    account.ec2('AssociateIamInstanceProfile', { InstanceId: id, IamInstanceProfile: { Name: 'speakers' } });
    account.pass(999);
    expect(keysIn(account, prefixOf(id))).toEqual([]);
    account.pass(9_001);
    expect(keysIn(account, prefixOf(id))).toEqual([`${prefixOf(id)}hello`]);
  });

  test('NODE-4: stay empty for machines whose user-data names no mailbox', () => {
    const account = new TestAccount();
    const CreateBucketConfiguration = { LocationConstraint: account.region };
    account.call('s3', 'CreateBucket', { Bucket: BUCKET, CreateBucketConfiguration });
    const { subnetId } = makePlace(account);
    const role = makeRole(account);
    const texts = [
      '#!/bin/sh\n',
      '#cloud-config\n{}',
      stubText().replace('BUCKET=', '#BUCKET='),
      'BUCKET=https://s3.amazonaws.com/\n',
    ];
    for (const [index, text] of texts.entries()) {
      const UserData = Buffer.from(text).toString('base64');
      launch(account, subnetId, { ClientToken: `t${index}`, UserData, ...role });
    }
    account.pass(120_000);
    expect(keysIn(account)).toEqual([]);
  });

  test('NODE-8: get no more letters from a machine that is terminated', () => {
    const { account, ids, one } = prepared();
    account.pass(40_000);
    welcomeTo(account, one);
    account.ec2('TerminateInstances', { InstanceIds: ids });
    account.pass(120_000);
    expect(keysIn(account, one)).toEqual([`${one}hello`, `${one}welcome`]);
  });
});
