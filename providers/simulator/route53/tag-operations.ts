import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import { defineOperation } from '../operation.ts';
import { checkIdle } from './change.ts';
import { REQUESTS, type Zone, ZoneId, ZONES, zoneSeen, zoneToChange } from './zone.ts';

const TAGS_MAX = 10;

const place = { ResourceType: z.literal('hostedzone') };

const changeTagsForResource = defineOperation({
  name: 'ChangeTagsForResource',
  input: z.strictObject({
    ...place,
    ResourceId: ZoneId,
    AddTags: z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).optional(),
    RemoveTagKeys: z.array(z.string()).optional(),
  }),
  latencyMs: [80, 300],
  buckets: [REQUESTS],
  run({ ResourceId: id, AddTags = [], RemoveTagKeys = [] }, desk) {
    const zone = zoneToChange(desk, id);
    checkIdle(desk, id);
    const kept = Object.entries(zone.tags).filter(([key]) => !RemoveTagKeys.includes(key));
    const tags = Object.fromEntries([...kept, ...AddTags.map(({ Key, Value }): [string, string] => [Key, Value])]);
    if (Object.keys(tags).length > TAGS_MAX) {
      throw fault('InvalidInput', `A resource can have at most ${TAGS_MAX} tags.`);
    }
    desk.put(ZONES, id, { ...zone, tags });
    return {};
  },
});

const listTagsForResource = defineOperation({
  name: 'ListTagsForResource',
  input: z.strictObject({ ...place, ResourceId: ZoneId }),
  buckets: [REQUESTS],
  run: ({ ResourceId: id }, desk) => ({ ResourceTagSet: tagSetOf(zoneSeen(desk, id)) }),
});

const listTagsForResources = defineOperation({
  name: 'ListTagsForResources',
  input: z.strictObject({ ...place, ResourceIds: z.array(ZoneId).min(1).max(10) }),
  buckets: [REQUESTS],
  run: ({ ResourceIds: ids }, desk) => ({ ResourceTagSets: ids.map((id) => tagSetOf(zoneSeen(desk, id))) }),
});

function tagSetOf({ id, tags }: Zone): object {
  return {
    ResourceType: 'hostedzone',
    ResourceId: id,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

export const TAG_OPERATIONS = [changeTagsForResource, listTagsForResource, listTagsForResources] as const;
