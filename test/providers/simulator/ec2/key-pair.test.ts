import type { ImportKeyPairResult } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { tagged } from '../support/test-network.ts';

const PUBLIC_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExam me@here';

function importKey(account: TestAccount, KeyName = 'mine', text = PUBLIC_KEY): ImportKeyPairResult {
  const input = { KeyName, PublicKeyMaterial: Buffer.from(text), ...tagged('key-pair', { a: 'b' }) };
  return account.ec2('ImportKeyPair', input);
}

describe('a key pair', () => {
  test('EC2-57: is imported under a name of its own', () => {
    const account = new TestAccount();
    const made = importKey(account);
    expect(made).toMatchObject({ KeyName: 'mine', Tags: [{ Key: 'a', Value: 'b' }] });
    expect(made.KeyPairId).toMatch(/^key-0[0-9a-f]{16}$/);
    expect(refusalOf(() => importKey(account))).toBe('InvalidKeyPair.Duplicate');
  });

  test('EC2-58: has the same fingerprint under every name and comment', () => {
    const account = new TestAccount();
    const { KeyFingerprint } = importKey(account);
    expect(importKey(account, 'other', PUBLIC_KEY.replace('me@here', 'you')).KeyFingerprint).toBe(KeyFingerprint);
    expect(importKey(account, 'third', PUBLIC_KEY.replace('Exam', 'Else')).KeyFingerprint).not.toBe(KeyFingerprint);
  });

  test('EC2-59: that is no public key is refused', () => {
    expect(refusalOf(() => importKey(new TestAccount(), 'mine', 'hunter2'))).toBe('InvalidKey.Format');
  });

  test('EC2-60: is described by its name, with its key if asked', () => {
    const account = new TestAccount();
    importKey(account);
    const asked = account.ec2('DescribeKeyPairs', {
      KeyNames: ['mine'],
      IncludePublicKey: true,
    });
    expect(asked.KeyPairs).toMatchObject([{ KeyName: 'mine', KeyType: 'ed25519', PublicKey: PUBLIC_KEY }]);
    expect(refusalOf(() => account.ec2('DescribeKeyPairs', { KeyNames: ['other'] }))).toBe('InvalidKeyPair.NotFound');
  });

  test('EC2-61: can be deleted as often as one likes, by name or id', () => {
    const account = new TestAccount();
    const { KeyPairId } = importKey(account);
    expect(account.ec2('DeleteKeyPair', { KeyPairId })).toMatchObject({ Return: true, KeyPairId });
    expect(account.ec2('DeleteKeyPair', { KeyName: 'mine' })).toMatchObject({ Return: true });
    expect(account.ec2('DescribeKeyPairs')).toMatchObject({ KeyPairs: [] });
  });
});
