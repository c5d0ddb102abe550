import { expect, test } from 'vitest';
import { awsModule } from '#providers/aws/aws-module.ts';
import { awsProvider } from '#providers/aws/index.ts';
import { CloudStand } from './support/cloud-stand.ts';
import { REGION, UID } from './support/declared-cluster.ts';
import { ACTED } from '../../support/acted-machines.ts';

test('a connection tells whose credentials it uses', async () => {
  const stand = await CloudStand.open();
  const identity = await stand.run(stand.connect().whoAmI(new AbortController().signal));
  expect(identity.account).toBe('123456789012');
  expect(identity.principal).toContain(identity.account);
});

test('the state of a cluster lies in its bucket, sealed under its own key', async () => {
  const stand = await CloudStand.open();
  await stand.apply({ machines: [] });
  const { location, objects, seal } = stand.connect().stateOf(UID);
  expect(location).toBe(`s3://bootstrap-${UID}/state/`);
  await stand.run(objects.createObject('snapshots/1.json', '{}'));
  expect(await stand.run(objects.listObjects(''))).toEqual(['snapshots/1.json']);
  const { bytes, wrapped } = await stand.run(seal.create(UID));
  const opened = await stand.run(stand.connect().stateOf(UID).seal.open(UID, wrapped));
  expect(Buffer.from(opened).equals(bytes)).toBe(true);
});

test('an account whose time runs faster is waited for less', async () => {
  const { clock, random, services } = await CloudStand.open();
  const module = awsModule({ name: 'simulator', ...ACTED, servicesOf: () => services, speed: 20 });
  expect(module.connect({ region: REGION, clock, random }).consistency.visibleWithinMs).toBe(3_000);
});

test('connecting to a real account sends nothing', async () => {
  const { clock, random } = await CloudStand.open();
  const module = awsProvider(ACTED.userDataOf);
  expect(module.name).toBe('aws');
  const { provider } = module.connect({ region: REGION, clock, random });
  expect(provider.types).toBe(module.types);
});
