import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { type Instance, INSTANCES } from './instance.ts';
import { VOLUMES } from './volume.ts';

/** For disks that are attached: whether they go with their instance. */
export const DISK_ENDS = z
  .array(z.strictObject({ DeviceName: z.string(), Ebs: z.strictObject({ DeleteOnTermination: z.boolean() }) }))
  .min(1);

/** All of them or none. */
export function setDiskEnds(desk: Desk, instance: Instance, ends: z.output<typeof DISK_ENDS>): void {
  const wanted = new Map(ends.map(({ DeviceName, Ebs }) => [DeviceName, Ebs.DeleteOnTermination]));
  for (const device of wanted.keys()) {
    if (instance.volumes.some((volume) => volume.device === device)) continue;
    throw fault('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`);
  }
  const volumes = instance.volumes.map((volume) => ({
    ...volume,
    diesWithIt: wanted.get(volume.device) ?? volume.diesWithIt,
  }));
  desk.put(INSTANCES, instance.id, { ...instance, volumes });
  for (const { id, diesWithIt } of volumes) {
    const volume = desk.truth(VOLUMES).get(id);
    if (volume !== undefined) desk.put(VOLUMES, id, { ...volume, diesWithInstance: diesWithIt });
  }
}
