import { DescribeVolumesCommand, ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { BlueprintBuilder, type Declared, type DeclareOptions } from '#engine/blueprint.ts';
import type { Input } from '#engine/ref.ts';
import type { ResourceDefinition } from '#engine/resource.ts';
import { instance } from '#providers/aws/ec2/instance.ts';
import { dataKeeping } from '#providers/aws/ec2/data-keeping.ts';
import { CALM_WEATHER, MEAN_WEATHER, MILD_WEATHER } from '#providers/simulator/weather.ts';
import { CloudStand } from '../support/cloud-stand.ts';
import { declareCluster } from '../support/declared-cluster.ts';

const WORKER = { name: 'worker-1', role: 'worker', zones: ['eu-west-3a'] } as const;
const CLUSTER = { machines: [WORKER] };
const TWO_DISKS = { machines: [{ ...WORKER, dataDisksGiB: [50, 70] }] };

/** The same cluster, but its machines leave their data disks behind. */
function declareKeeping(builder: BlueprintBuilder): void {
  declareCluster(new KeepingBuilder(builder), CLUSTER);
}

function declareKeepingTwo(builder: BlueprintBuilder): void {
  declareCluster(new KeepingBuilder(builder), TWO_DISKS);
}

class KeepingBuilder extends BlueprintBuilder {
  readonly #builder: BlueprintBuilder;

  constructor(builder: BlueprintBuilder) {
    super();
    this.#builder = builder;
  }

  override declare<Session, Inputs, Outputs>(
    type: ResourceDefinition<Session, Inputs, Outputs>,
    name: string,
    inputs: { readonly [Key in keyof Inputs]: Input<Inputs[Key]> },
    options?: DeclareOptions,
  ): Declared<Outputs> {
    const keeping = type.kind === instance.kind ? { ...inputs, keepsData: true } : inputs;
    return this.#builder.declare(type, name, keeping, options);
  }
}

async function disksOf(stand: CloudStand): Promise<readonly string[]> {
  await stand.clock.advance(900_000);
  const { Volumes = [] } = await stand.run(stand.services.ec2.send(new DescribeVolumesCommand({})));
  return Volumes.map(({ Size, State }) => `${Size} ${State}`).toSorted();
}

describe.each([
  ['calm', CALM_WEATHER],
  ['mild', MILD_WEATHER],
  ['mean', MEAN_WEATHER],
])('in %s weather', { timeout: 60_000 }, (_name, weather) => {
  test('a machine that keeps its data leaves its data disk behind, and only that', async () => {
    const stand = await CloudStand.open({ weather });
    expect(await stand.apply(CLUSTER)).toMatchObject({ ok: true });
    expect(await stand.changesDuring(() => stand.apply(declareKeeping))).toContain('ec2.ModifyInstanceAttribute');
    expect(await stand.plan(declareKeeping)).toEqual([]);
    expect(await stand.delete()).toMatchObject({ ok: true });
    expect(await disksOf(stand)).toEqual(['50 available']);
  });

  test('one that was to keep it and is not to any more takes it along', async () => {
    const stand = await CloudStand.open({ weather, seed: 2 });
    await stand.apply(declareKeeping);
    expect(await stand.plan(CLUSTER)).toContain('update eu-west-3.machine.worker-1: keepsData changed');
    expect(await stand.apply(CLUSTER)).toMatchObject({ ok: true });
    expect(await stand.delete()).toMatchObject({ ok: true });
    expect(await disksOf(stand)).toEqual([]);
  });
});

test('what somebody else has set is set back', { timeout: 60_000 }, async () => {
  const stand = await CloudStand.open();
  await stand.apply(declareKeeping);
  const { InstanceId } = (await stand.machines())[0] ?? {};
  const Ebs = { DeleteOnTermination: true };
  const request = new ModifyInstanceAttributeCommand({
    InstanceId,
    BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs }],
  });
  await stand.run(stand.services.ec2.send(request));
  await stand.clock.advance(120_000);
  expect(await stand.plan(declareKeeping)).toContain(
    'update eu-west-3.machine.worker-1: keepsData changed outside of this program',
  );
  await stand.apply(declareKeeping);
  await stand.delete();
  expect(await disksOf(stand)).toEqual(['50 available']);
});

describe('of two disks', { timeout: 60_000 }, () => {
  const TURNED = 'update eu-west-3.machine.worker-1: keepsData changed outside of this program';

  /** Somebody decides it otherwise for one of them. */
  async function turn(stand: CloudStand, isKept: boolean): Promise<void> {
    const { InstanceId } = (await stand.machines())[0] ?? {};
    const BlockDeviceMappings = [{ DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: !isKept } }];
    await stand.run(stand.services.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, BlockDeviceMappings })));
    await stand.clock.advance(120_000);
  }

  test('both stay', async () => {
    const stand = await CloudStand.open();
    await stand.apply(TWO_DISKS);
    await stand.apply(declareKeepingTwo);
    await stand.delete();
    expect(await disksOf(stand)).toEqual(['50 available', '70 available']);
  });

  test('both stay, although somebody has let one of them go', async () => {
    const stand = await CloudStand.open();
    await stand.apply(declareKeepingTwo);
    await turn(stand, false);
    expect(await stand.plan(declareKeepingTwo)).toContain(TURNED);
    await stand.apply(declareKeepingTwo);
    await stand.delete();
    expect(await disksOf(stand)).toEqual(['50 available', '70 available']);
  });

  test('both go, although somebody has kept one of them', async () => {
    const stand = await CloudStand.open();
    await stand.apply(TWO_DISKS);
    await turn(stand, true);
    expect(await stand.plan(TWO_DISKS)).toContain(TURNED);
    await stand.apply(TWO_DISKS);
    await stand.delete();
    expect(await disksOf(stand)).toEqual([]);
  });
});

test('only machines have data of their own, in their data disks', () => {
  expect(dataKeeping.disksOf('aws.ec2.instance', { dataDisksGiB: [100, 50], systemDiskGiB: 20 })).toEqual([100, 50]);
  expect(dataKeeping.disksOf('aws.ec2.instance', {})).toEqual([]);
  expect(dataKeeping.disksOf('node', { dataDisksGiB: [100] })).toEqual([]);
});
