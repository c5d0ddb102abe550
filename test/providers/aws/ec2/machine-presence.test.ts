import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { resourceContext } from '#engine/calls.ts';
import { RateBudgets } from '#engine/budget.ts';
import { STRAY } from '#engine/stray.ts';
import { MachinePresence } from '#providers/aws/ec2/machine-presence.ts';
import { openSession } from '#providers/aws/open-session.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { REGION, UID } from '../support/declared-cluster.ts';
import { ACTED } from '../../../support/acted-machines.ts';

const VISIBLE_WITHIN_MS = 10_000;

async function start() {
  const stand = await CloudStand.open();
  const { clock, random, services } = stand;
  await stand.apply({ machines: [{ name: 'worker-1', role: 'worker', zones: [`${REGION}a`] }] });
  const { provider } = stand.connect();
  const { listings } = openSession(services, {
    region: REGION,
    clock,
    consistency: provider.consistency,
    userDataOf: ACTED.userDataOf,
  });
  const presence = new MachinePresence({ listings, clock, visibleWithinMs: VISIBLE_WITHIN_MS });
  const runtime = { clock, random, provider, budgets: new RateBudgets({}, clock), emit: () => undefined };
  const context = resourceContext({ runtime, cluster: UID, signal: new AbortController().signal, ...STRAY });
  const [machine] = await stand.machines();
  if (machine === undefined) throw new RangeError('There is no machine.');
  return { stand, machine, look: (box: string) => stand.run(presence.of(context, box)) };
}

test('a machine is there until it has ended, which is believed at once', async () => {
  const { stand, machine, look } = await start();
  const { InstanceId = '' } = machine;
  expect(await look(InstanceId)).toBe('there');
  await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })));
  expect(await look(InstanceId)).toBe('gone');
});

test('a machine that is not listed is gone only when it has been missed as long as listings may be behind', async () => {
  const { stand, look } = await start();
  expect(await look('i-neverlaunched')).toBe('there');
  await stand.clock.advance(VISIBLE_WITHIN_MS / 2);
  expect(await look('i-neverlaunched')).toBe('there');
  await stand.clock.advance(VISIBLE_WITHIN_MS / 2);
  expect(await look('i-neverlaunched')).toBe('gone');
});
