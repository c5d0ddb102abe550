import { DescribeInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { isProblem } from '#engine/problem.ts';
import { Hello } from '#host/protocol.ts';
import { readConsole } from '#providers/aws/ec2/read-console.ts';
import { CALM_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredMachine, prefixOf, UID, ZONES } from '../support/declared-cluster.ts';

const FOREVER = new AbortController().signal;
const WORKER: DeclaredMachine = { name: 'worker-1', role: 'worker', zones: ZONES };

async function started(machines: readonly DeclaredMachine[] = [WORKER], topology: 'public' | 'private' = 'public') {
  const stand = await CloudStand.open();
  expect(await stand.apply({ machines, network: { topology } })).toMatchObject({ ok: true });
  const care = stand.care();
  const [{ InstanceId: id = '' } = {}] = await stand.machines();
  return { stand, care, id };
}

type Started = Awaited<ReturnType<typeof started>>;

async function stateOf({ stand }: Started, id: string) {
  const { Reservations } = await stand.run(
    stand.services.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })),
  );
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

async function refusalOf(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.catch((reason: unknown) => reason);
  if (isProblem(error, 'machine.gone') || isProblem(error, 'machine.off') || isProblem(error, 'machine.silent'))
    return error.code;
  throw error;
}

async function hostKeyOf({ stand }: Started, id: string): Promise<string> {
  const command = new GetObjectCommand({ Bucket: `bootstrap-${UID}`, Key: `${prefixOf(id)}hello` });
  const { Body } = await stand.run(stand.services.s3.send(command));
  return Hello.parse(JSON.parse((await Body?.transformToString()) ?? '')).keys.sshHost;
}

test('a machine is stopped when it is off, and on again as soon as it starts', async () => {
  const at = await started();
  const { stand, care, id } = at;
  expect(await stand.run(care.powerOf(id))).toBe('on');
  await stand.run(care.stop(id, FOREVER));
  expect([await stateOf(at, id), await stand.run(care.powerOf(id))]).toEqual(['stopped', 'off']);
  expect(await stand.changesDuring(() => stand.run(care.stop(id, FOREVER)))).toEqual([]);
  await stand.run(care.start(id, FOREVER));
  expect([await stateOf(at, id), await stand.run(care.powerOf(id))]).toEqual(['pending', 'on']);
  await stand.run(care.stop(id, FOREVER));
  expect(await stateOf(at, id)).toBe('stopped');
});

test('one that is on its way down is started when it is there', async () => {
  const at = await started();
  const { stand, care, id } = at;
  await stand.run(stand.services.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
  expect(await stateOf(at, id)).toBe('stopping');
  await stand.run(care.start(id, FOREVER));
  await stand.clock.advance(20_000);
  expect(await stateOf(at, id)).toBe('running');
});

test('a cluster whose machine was off is as it was when it is on again', async () => {
  const { stand, care, id } = await started();
  await stand.run(care.stop(id, FOREVER));
  await stand.run(care.start(id, FOREVER));
  await stand.clock.advance(20_000);
  expect(await stand.plan({ machines: [WORKER] })).toEqual([]);
});

test('what has ended is gone, and nothing can be done to it', async () => {
  const { stand, care, id } = await started();
  await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  expect(await stand.run(care.powerOf(id))).toBe('gone');
  expect(await stand.run(care.powerOf('i-0123456789abcdef0'))).toBe('gone');
  for (const verb of ['stop', 'start', 'shellOf'] as const)
    expect(await refusalOf(stand.run<unknown>(care[verb](id, FOREVER)))).toBe('machine.gone');
});

test('its console is what EC2 has of it', async () => {
  const { stand, care, id } = await started();
  const console = await care.consoleOf(id);
  if (!('recent' in console)) throw new TypeError('It is a file.');
  expect(await stand.run(console.recent(FOREVER))).toMatch(/^\[ +0\.000000\] Linux version[^]*said hello as i-/);
  const nobody = readConsole({ aws: stand.session }, stand.context(), 'i-0123456789abcdef0');
  expect(await refusalOf(stand.run(nobody))).toBe('machine.gone');
});

test('one gets into a machine by its public address and the host key of its hello', async () => {
  const at = await started();
  const { stand, care, id } = at;
  const [machine] = await stand.machines();
  expect(await stand.run(care.shellOf(id, FOREVER))).toEqual({
    host: machine?.PublicIpAddress,
    port: 22,
    user: 'root',
    hostKeys: [await hostKeyOf(at, id)],
  });
  await stand.run(care.stop(id, FOREVER));
  expect(await refusalOf(stand.run(care.shellOf(id, FOREVER)))).toBe('machine.off');
});

test('nobody gets into a machine that has not said hello', async () => {
  const { machines } = CALM_WEATHER;
  const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, machines: { ...machines, neverHello: 1 } } });
  await stand.apply({ machines: [WORKER] }, { leaveAfterMs: 60_000 });
  const care = stand.care();
  const [{ InstanceId: id = '' } = {}] = await stand.machines();
  expect(await refusalOf(stand.run(care.shellOf(id, FOREVER)))).toBe('machine.silent');
});

test('into a private network one gets through the machine that can be reached, each by its own host key', async () => {
  const at = await started([WORKER, { ...WORKER, name: 'bastion', isPublic: true }], 'private');
  const { stand, care } = at;
  const all = await stand.machines();
  const [door, inner] = [true, false].map((isPublic) =>
    all.find(({ PublicIpAddress }) => (PublicIpAddress !== undefined) === isPublic),
  );
  const [doorId = '', innerId = ''] = [door?.InstanceId, inner?.InstanceId];
  expect(await stand.run(care.shellOf(innerId, FOREVER))).toEqual({
    host: inner?.PrivateIpAddress,
    port: 22,
    user: 'root',
    hostKeys: [await hostKeyOf(at, innerId)],
    through: { host: door?.PublicIpAddress, port: 22, user: 'root', hostKeys: [await hostKeyOf(at, doorId)] },
  });
  expect(await stand.run(care.shellOf(doorId, FOREVER))).not.toHaveProperty('through');
});
