import { expect, test } from 'vitest';
import { refusalOf, TestAccount } from '../support/test-account.ts';
import { BUCKET, idsOf, launch, makeRole, makeWayOut, prefixOf } from '../support/test-network.ts';

function running(extra: object = {}) {
  const account = new TestAccount();
  const [id = ''] = idsOf(launch(account, makeWayOut(account), extra));
  account.pass(20_000);
  return { account, id };
}

function shown({ account, id }: ReturnType<typeof running>) {
  const { Reservations } = account.ec2('DescribeInstances', { InstanceIds: [id] });
  const { State, PublicIpAddress } = Reservations?.[0]?.Instances?.[0] ?? {};
  return { state: State?.Name, address: PublicIpAddress };
}

const stop = ({ account, id }: ReturnType<typeof running>) => account.ec2('StopInstances', { InstanceIds: [id] });
const start = ({ account, id }: ReturnType<typeof running>) => account.ec2('StartInstances', { InstanceIds: [id] });

test('STOP-1: a machine that is stopped is stopping for some seconds, and stays off', () => {
  const machine = running();
  expect(stop(machine)).toMatchObject({ StoppingInstances: [{ CurrentState: { Code: 64, Name: 'stopping' } }] });
  expect(shown(machine).state).toBe('stopping');
  machine.account.pass(30_000);
  expect(shown(machine).state).toBe('stopped');
  expect(stop(machine)).toMatchObject({ StoppingInstances: [{ CurrentState: { Code: 80, Name: 'stopped' } }] });
});

test('STOP-2: a machine that is started is pending, then it runs, and goes on', () => {
  const machine = running();
  stop(machine);
  machine.account.pass(30_000);
  expect(start(machine)).toMatchObject({ StartingInstances: [{ CurrentState: { Code: 0, Name: 'pending' } }] });
  machine.account.pass(20_000);
  expect(shown(machine).state).toBe('running');
  expect(start(machine)).toMatchObject({ StartingInstances: [{ CurrentState: { Name: 'running' } }] });
});

test('STOP-3: neither works from any state but the right one', () => {
  const machine = running();
  stop(machine);
  expect(refusalOf(() => start(machine))).toBe('IncorrectInstanceState');
  machine.account.pass(30_000);
  start(machine);
  expect(refusalOf(() => stop(machine))).toBe('IncorrectInstanceState');
  machine.account.ec2('TerminateInstances', { InstanceIds: [machine.id] });
  expect(refusalOf(() => stop(machine))).toBe('IncorrectInstanceState');
  expect(refusalOf(() => start(machine))).toBe('IncorrectInstanceState');
});

test('STOP-4: a spot machine cannot be stopped', () => {
  const machine = running({ InstanceMarketOptions: { MarketType: 'spot' } });
  expect(refusalOf(() => stop(machine))).toBe('UnsupportedOperation');
});

test('STOP-5: its public address is gone with it, and comes back as another', () => {
  const machine = running();
  const before = shown(machine).address;
  expect(before).toMatch(/^\d+(?:\.\d+){3}$/);
  stop(machine);
  machine.account.pass(30_000);
  expect(shown(machine).address).toBeUndefined();
  start(machine);
  machine.account.pass(20_000);
  const after = shown(machine).address;
  expect(after).toMatch(/^\d+(?:\.\d+){3}$/);
  expect(after).not.toBe(before);
});

test('STOP-6: off it says nothing, and on again what it would have said before', () => {
  const account = new TestAccount();
  const CreateBucketConfiguration = { LocationConstraint: account.region };
  account.call('s3', 'CreateBucket', { Bucket: BUCKET, CreateBucketConfiguration });
  const [id = ''] = idsOf(launch(account, makeWayOut(account), makeRole(account)));
  account.pass(20_000);
  const machine = { account, id };
  const hello = () =>
    refusalOf(() => account.call('s3', 'HeadObject', { Bucket: BUCKET, Key: `${prefixOf(id)}hello` }));
  expect(hello()).toBe('NotFound');
  stop(machine);
  account.pass(600_000);
  expect(hello()).toBe('NotFound');
  start(machine);
  account.pass(40_000);
  expect(hello()).toBe('accepted');
});
