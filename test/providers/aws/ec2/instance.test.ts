import { PutObjectCommand } from '@aws-sdk/client-s3';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { LETTER, PROTOCOL_FORMAT } from '#host/protocol.ts';
import { CALM_WEATHER, type MachineWeather, type Weather } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { type DeclaredMachine, prefixOf, UID, ZONES } from '../support/declared-cluster.ts';

const [ZONE = ''] = ZONES;

function workers(count: number, machine: Partial<DeclaredMachine> = {}): readonly DeclaredMachine[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `worker-${index + 1}`,
    role: 'worker',
    zones: ZONES,
    ...machine,
  }));
}

function withMachines(machines: Partial<MachineWeather>): Weather {
  return { ...CALM_WEATHER, machines: { ...CALM_WEATHER.machines, ...machines } };
}

function launches(changes: readonly string[]): number {
  return changes.filter((operation) => operation === 'ec2.RunInstances').length;
}

function isUnanswered({ waitingFor }: { readonly waitingFor: string }): boolean {
  return waitingFor.startsWith('InternalError');
}

async function onlyMachine(stand: CloudStand): Promise<{ readonly InstanceId: string }> {
  const [{ InstanceId } = {}] = await stand.machines();
  if (InstanceId === undefined) throw new RangeError('There is no machine.');
  return { InstanceId };
}

describe('a launch', () => {
  test('is one request for all machines of a lot, each of which knows its own mark', async () => {
    const stand = await CloudStand.open();
    const machines = workers(5);
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect(launches(stand.changes)).toBe(1);
    expect(await stand.plan({ machines })).toEqual([]);
  });

  test('asks for a machine as it is to be: no metadata for strangers, encrypted disks that go with it', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: workers(1) });
    const [machine] = await stand.machines();
    expect(machine).toMatchObject({
      InstanceType: 'm7i.large',
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    });
    expect(machine?.PublicIpAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(machine?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination])).toEqual([
      ['/dev/xvda', true],
      ['/dev/sdf', true],
    ]);
  });

  test('tries the next type of its zone, then the next zone, when there is no capacity', async () => {
    const stand = await CloudStand.open({
      weather: { ...CALM_WEATHER, exhausted: ['m7i.large', `${ZONE}/m6i.large`] },
    });
    await stand.apply({ machines: workers(2) });
    const seen = (await stand.machines()).map(
      ({ Placement, InstanceType }) => `${Placement?.AvailabilityZone} ${InstanceType}`,
    );
    expect(seen).toEqual(['eu-west-3b m6i.large', 'eu-west-3b m6i.large']);
  });

  test('whose answer is lost is asked for again by its token, so that its machines are made once', async () => {
    const weather = { ...CALM_WEATHER, lagMs: 10_000, notFoundAfterCreate: 1, errorAfter: 0.5 };
    let repeated = 0;
    for (const seed of [1, 2, 3, 4]) {
      const stand = await CloudStand.open({ seed, weather });
      expect(await stand.apply({ machines: workers(3) })).toMatchObject({ ok: true });
      expect(launches(stand.changes)).toBe(1);
      if (stand.events.some((event) => event.type === 'waiting' && isUnanswered(event))) repeated += 1;
    }
    expect(repeated).toBeGreaterThan(0);
  });

  test('says that there is no capacity in any place that is allowed', async () => {
    const stand = await CloudStand.open({ weather: { ...CALM_WEATHER, exhausted: [ZONE] } });
    const { failed } = await stand.apply({ machines: workers(1, { zones: [ZONE] }) });
    expect(failed.map(({ code, address }) => `${code} ${address}`)).toEqual([
      'call.capacity eu-west-3.machine.worker-1',
    ]);
  });
});

describe('a machine that does not come up', () => {
  test('is replaced at once when it dies while starting', async () => {
    const lives: { readonly ok: boolean; readonly launches: number; readonly machines: number }[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const stand = await CloudStand.open({ seed, weather: withMachines({ pendingToTerminated: 0.3 }) });
      const { ok } = await stand.apply({ machines: workers(3) });
      lives.push({ ok, launches: launches(stand.changes), machines: (await stand.machines()).length });
    }
    const converged = lives.filter(({ ok }) => ok);
    expect(converged.filter(({ machines }) => machines !== 3)).toEqual([]);
    expect(converged.some((life) => life.launches > 1)).toBe(true);
  });

  test('is made three times and no more', async () => {
    const stand = await CloudStand.open({ weather: withMachines({ pendingToTerminated: 1 }) });
    const { failed } = await stand.apply({ machines: workers(1) });
    expect(failed.map(({ code }) => code)).toEqual(['resource.keeps-breaking']);
    expect(launches(stand.changes)).toBe(3);
    expect(await stand.machines()).toEqual([]);
  });

  test('is given up when it does not say hello in time, and replaced by the next run', async () => {
    const stand = await CloudStand.open({ weather: withMachines({ neverHello: 1 }) });
    const machines = workers(1);
    const { failed } = await stand.apply({ machines });
    expect(failed.map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
      'resource.not-ready: Waited in vain for it to say hello.',
    ]);
    const before = await onlyMachine(stand);
    await stand.apply({ machines });
    const after = await onlyMachine(stand);
    expect(after.InstanceId).not.toBe(before.InstanceId);
  });
});

describe('a machine that was ready', () => {
  test('is made anew when somebody has terminated it', async () => {
    const stand = await CloudStand.open();
    const machines = workers(1);
    await stand.apply({ machines });
    const { InstanceId } = await onlyMachine(stand);
    await stand.run(stand.services.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })));
    await stand.clock.advance(60_000);
    expect(await stand.plan({ machines })).toEqual([
      'create eu-west-3.machine.worker-1: it was there and is gone',
      'update record.site: values known after apply',
    ]);
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect(await stand.plan({ machines })).toEqual([]);
  });

  test('is replaced when it has reported a failure, and the reason is told', async () => {
    const stand = await CloudStand.open();
    const machines = workers(1);
    await stand.apply({ machines });
    const { InstanceId: box } = await onlyMachine(stand);
    const report = { format: PROTOCOL_FORMAT, box, stage: 'kubelet', reason: 'no such image', lastLines: [] };
    const letter = {
      Bucket: `bootstrap-${UID}`,
      Key: `${prefixOf(box)}${LETTER.failed}`,
      Body: JSON.stringify(report),
    };
    await stand.run(stand.services.s3.send(new PutObjectCommand(letter)));
    expect((await stand.plan({ machines }))[0]).toBe(
      'replace eu-west-3.machine.worker-1: Stage kubelet: no such image',
    );
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect(await stand.machines()).toHaveLength(1);
  });

  test('is put behind other firewalls without being replaced', async () => {
    const stand = await CloudStand.open();
    const machines = workers(1);
    await stand.apply({ machines });
    const before = await onlyMachine(stand);
    const changes = await stand.changesDuring(() => stand.apply({ machines, workerFirewalls: ['sites'] }));
    expect(changes).toEqual(['ec2.CreateSecurityGroup', 'ec2.ModifyInstanceAttribute']);
    expect(await onlyMachine(stand)).toEqual(before);
    expect(await stand.plan({ machines, workerFirewalls: ['sites'] })).toEqual([]);
  });

  test('stays where it is when more places and types are allowed', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: workers(1, { zones: [ZONE], types: ['m7i.large'] }) });
    const changes = await stand.changesDuring(() => stand.apply({ machines: workers(1) }));
    expect(changes).toEqual([]);
  });

  test('is replaced when its type is not allowed any more', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: workers(1) });
    const machines = workers(1, { types: ['m7i.xlarge'] });
    expect((await stand.plan({ machines }))[0]).toBe('replace eu-west-3.machine.worker-1: types changed');
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect((await stand.machines()).map(({ InstanceType }) => InstanceType)).toEqual(['m7i.xlarge']);
  });

  test('is replaced when it may not stand in its zone any more', async () => {
    const stand = await CloudStand.open();
    await stand.apply({ machines: workers(1) });
    const machines = workers(1, { zones: ZONES.slice(1) });
    expect((await stand.plan({ machines }))[0]).toBe('replace eu-west-3.machine.worker-1: places changed');
    expect(await stand.apply({ machines })).toMatchObject({ ok: true });
    expect((await stand.machines()).map(({ Placement }) => Placement?.AvailabilityZone)).toEqual(['eu-west-3b']);
  });
});
