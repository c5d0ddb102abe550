import type { Volume as ShownVolume } from '@aws-sdk/client-ec2';
import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { defineKind, Tags } from '../objects.ts';
import { present } from './filters.ts';
import { LISTING, listed, mustSee, notFound } from './listing.ts';
import { ec2Operation, request } from './request.ts';
import { shownTags } from './tagging.ts';

const Volume = z.strictObject({
  id: z.string(),
  zone: z.string(),
  sizeGiB: z.number(),
  type: z.string(),
  encrypted: z.boolean(),
  instanceId: z.string(),
  device: z.string(),
  diesWithInstance: z.boolean(),
  createdAtMs: z.number(),
  /** When its machine ends, once that is known. */
  detachedAtMs: z.number().optional(),
  tags: Tags,
});
export type Volume = Readonly<z.output<typeof Volume>>;

export const VOLUMES = defineKind<Volume>({
  name: 'volume',
  scope: 'region',
  schema: Volume,
  isAlive: isVolumeThere,
});

const ATTACHED_AFTER_MS = 3_000;
export const missingVolume = notFound('InvalidVolume.NotFound', 'volume');

const describeVolumes = ec2Operation({
  name: 'DescribeVolumes',
  input: request({ VolumeIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const { nowMs, weather, chance } = desk;
    const isSeen = (volume: Volume) =>
      isVolumeThere(volume, nowMs) ||
      (isVolumeThere(volume, nowMs - weather.lagMs) && chance.happens(weather.deleteStillListed));
    const { items, nextToken } = listed(desk, desk.view(VOLUMES).all().filter(isSeen), {
      asked: input,
      ids: input.VolumeIds,
      missing: missingVolume,
      fields: {
        'volume-id': ({ id }) => [id],
        'availability-zone': ({ zone }) => [zone],
        'attachment.instance-id': (volume) => present(isAttached(volume, nowMs) ? volume.instanceId : undefined),
        status: (volume) => [statusAt(volume, nowMs)],
        encrypted: ({ encrypted }) => [String(encrypted)],
      },
    });
    return { Volumes: items.map((volume) => shownVolume(volume, desk)), NextToken: nextToken };
  },
});

const deleteVolume = ec2Operation({
  name: 'DeleteVolume',
  input: request({ VolumeId: z.string() }),
  run: ({ VolumeId: id }, desk) => {
    const volume = mustSee(desk, VOLUMES, { id, missing: missingVolume });
    if (!isVolumeThere(volume, desk.nowMs)) throw missingVolume(id);
    if (isAttached(volume, desk.nowMs)) {
      throw fault('VolumeInUse', `Volume ${id} is currently attached to ${volume.instanceId}`);
    }
    desk.remove(VOLUMES, id);
    return {};
  },
});

export const volumeOperations = [describeVolumes, deleteVolume];

export function isVolumeThere(volume: Volume, nowMs: number): boolean {
  return statusAt(volume, nowMs) !== 'gone';
}

/** `gone`: it was to die with its machine, and has. */
function statusAt(volume: Volume, nowMs: number): 'creating' | 'in-use' | 'available' | 'gone' {
  if (!isAttached(volume, nowMs)) return volume.diesWithInstance ? 'gone' : 'available';
  return nowMs < volume.createdAtMs + ATTACHED_AFTER_MS ? 'creating' : 'in-use';
}

function isAttached({ detachedAtMs = Infinity }: Volume, nowMs: number): boolean {
  return nowMs < detachedAtMs;
}

function shownVolume(volume: Volume, { nowMs }: Desk): ShownVolume {
  const status = statusAt(volume, nowMs);
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    Size: volume.sizeGiB,
    VolumeType: volume.type === 'io2' ? 'io2' : 'gp3',
    Encrypted: volume.encrypted,
    CreateTime: new Date(volume.createdAtMs),
    State: status === 'gone' ? 'deleting' : status,
    Attachments: isAttached(volume, nowMs)
      ? [
          {
            VolumeId: volume.id,
            InstanceId: volume.instanceId,
            Device: volume.device,
            State: status === 'creating' ? 'attaching' : 'attached',
            AttachTime: new Date(volume.createdAtMs),
            DeleteOnTermination: volume.diesWithInstance,
          },
        ]
      : [],
    Tags: shownTags(volume.tags),
  };
}
