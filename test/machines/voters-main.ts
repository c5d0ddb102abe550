import { type Figure, renderFigures } from '../bench/figure.ts';
import { FoundedMachines } from './founded-machines.ts';
import { openGround } from './ground.ts';

const SIZES = [3, 5] as const;

/**
 * From nothing to so many voters of etcd on real machines: all founding at once, as `create` has it, against one that founds
 * and others that join it one after the other, on the same machines.
 */
const ground = await openGround();
for (const size of SIZES) {
  await using machines = await FoundedMachines.create(ground, size);
  const launched = (await machines.createdInMs()) / 1_000;
  const founded = (await machines.foundAgainMs(size)) / 1_000;
  const joined = (await machines.foundAgainMs(1)) / 1_000;
  const figures: readonly Figure[] = [
    { name: `from the launch to ${size} voters`, value: launched, unit: 's', note: 'boot and all stages' },
    { name: `  etcd alone, founded at once`, value: founded, unit: 's' },
    {
      name: '  etcd alone, one founder, joined by learners',
      value: joined,
      unit: 's',
      note: `${(joined / founded).toFixed(1)} times as long: ${(launched + joined - founded).toFixed(0)} s from the launch`,
    },
  ];
  console.log(renderFigures(figures));
}
