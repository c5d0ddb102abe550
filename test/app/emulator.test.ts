import { afterEach, expect, test, vi } from 'vitest';
import { emulatedProvider } from '#app/emulator.ts';
import { clusterFile, Desk } from './support/desk.ts';

const REGION = 'eu-west-3';
const LOOPBACK = 'http://127.0.0.1:5000';

afterEach(() => vi.unstubAllEnvs());

/** The SDK itself reads them. */
async function provider(variables: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  await using desk = await Desk.alone();
  return await emulatedProvider(REGION, 100, desk.ports());
}

test('an emulator on this machine takes the place of AWS, and is named', async () => {
  expect(await provider({ AWS_ENDPOINT_URL: LOOPBACK })).toMatchObject({ emulator: '127.0.0.1:5000' });
});

test('without one, and with one that may be anywhere, everything is refused', async () => {
  for (const variables of [{}, { AWS_ENDPOINT_URL: 'https://emulator.example.com' }]) {
    await expect(provider(variables)).rejects.toMatchObject({ code: 'emulator.refused' });
  }
});

test('one service that would still go to AWS is enough', async () => {
  const attempt = provider({ AWS_ENDPOINT_URL: LOOPBACK, AWS_ENDPOINT_URL_S3: 'https://s3.eu-west-3.amazonaws.com' });
  await expect(attempt).rejects.toThrow(/these would not: s3 to s3\.eu-west-3\.amazonaws\.com\.$/);
});

test('one that has no URL is refused with words for it', async () => {
  const attempt = provider({ AWS_ENDPOINT_URL: 'nonsense' });
  await expect(attempt).rejects.toMatchObject({ outcome: 'rejected' });
  await expect(attempt).rejects.toHaveProperty('remedy', expect.stringContaining('is no URL'));
});

test('a simulated account is not taken for one that an emulator could answer for', async () => {
  await using desk = await Desk.alone();
  await expect(desk.create(clusterFile(), desk.app({ emulator: 100 }))).rejects.toMatchObject({
    code: 'emulator.refused',
    detail: 'The cluster is in a simulated account, which needs no emulator.',
  });
});
