import { expect, test } from 'vitest';
import { whoAmI } from '#providers/aws/sts/identity.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';

test('whoever asks is told which account, and as whom', async () => {
  const stand = await CloudStand.open();
  const identity = await stand.run(whoAmI(stand.session, stand.context()));
  expect(identity.account).toMatch(/^\d{12}$/);
  expect(identity.principal).toContain(`::${identity.account}:`);
});

test('credentials that are not valid any more are told as a problem', async () => {
  const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, credentialsExpired: 1 } });
  const asked = stand.run(whoAmI(stand.session, stand.context()));
  await expect(asked).rejects.toMatchObject({ name: 'Problem', code: 'call.credentials' });
});
