import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { MILD_WEATHER } from '#providers/simulator/weather.ts';
import { refusalOf, SdkAccount } from '../support/sdk-account.ts';

test('STS-1: a caller learns its account and its name', async () => {
  const account = await SdkAccount.open();
  const identity = await account.in().sts.send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(account.account.accountId);
  expect(identity.Arn).toBe(`arn:aws:iam::${account.account.accountId}:user/simulated-operator`);
  expect(identity.UserId).toMatch(/^AIDA/);
});

test('STS-2: expired credentials are told here too', async () => {
  const account = await SdkAccount.open({ credentialsExpired: 1 });
  expect(await refusalOf(account.in().sts.send(new GetCallerIdentityCommand({})))).toBe('ExpiredToken 403');
});

test.each([
  ['role', 'arn:aws:sts::123456789012:assumed-role/operator/simulated-session'],
  ['root', 'arn:aws:iam::123456789012:root'],
  ['federated', 'arn:aws:sts::123456789012:federated-user/simulated-operator'],
] as const)('STS-3: a caller who is no user is told in a form of its own: %s', async (caller, arn) => {
  const account = await SdkAccount.open({ permissions: { ...MILD_WEATHER.permissions, caller } });
  expect((await account.in().sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
});
