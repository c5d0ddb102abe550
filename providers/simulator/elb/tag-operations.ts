import { z } from 'zod';
import type { Desk } from '../desk.ts';
import type { Kind, Tags } from '../objects.ts';
import { defineOperation } from '../operation.ts';
import {
  LISTENERS,
  LOAD_BALANCERS,
  missingBalancer,
  missingGroup,
  missingListener,
  mustSee,
  TARGET_GROUPS,
} from './elb-objects.ts';
import { CHANGING_MS, tagsFrom, WrittenTags } from './elb-request.ts';

const ResourceArns = z.array(z.string()).min(1).max(20);

const describeTags = defineOperation({
  name: 'DescribeTags',
  input: z.strictObject({ ResourceArns }),
  run: ({ ResourceArns: arns }, desk) => ({
    TagDescriptions: arns.map((arn) => ({
      ResourceArn: arn,
      Tags: Object.entries(seenTags(arn, desk)).map(([Key, Value]) => ({ Key, Value })),
    })),
  }),
});

const addTags = defineOperation({
  name: 'AddTags',
  input: z.strictObject({ ResourceArns, Tags: WrittenTags }),
  latencyMs: CHANGING_MS,
  run: ({ ResourceArns: arns, Tags }, desk) => {
    for (const arn of arns) retag(arn, desk, (tags) => ({ ...tags, ...tagsFrom(Tags) }));
    return {};
  },
});

const removeTags = defineOperation({
  name: 'RemoveTags',
  input: z.strictObject({ ResourceArns, TagKeys: z.array(z.string()).min(1) }),
  latencyMs: CHANGING_MS,
  run: ({ ResourceArns: arns, TagKeys }, desk) => {
    for (const arn of arns)
      retag(arn, desk, (tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))));
    return {};
  },
});

export const TAG_OPERATIONS = [describeTags, addTags, removeTags] as const;

function seenTags(arn: string, desk: Desk): Tags {
  const found =
    desk.view(LOAD_BALANCERS).get(arn) ?? desk.view(TARGET_GROUPS).get(arn) ?? desk.view(LISTENERS).get(arn);
  if (found === undefined) throw missingFor(arn)();
  return found.tags;
}

function missingFor(arn: string) {
  if (arn.includes(':loadbalancer/')) return missingBalancer;
  return arn.includes(':targetgroup/') ? missingGroup : missingListener;
}

type Change = (tags: Tags) => Tags;

function retag(arn: string, desk: Desk, change: Change): void {
  if (arn.includes(':loadbalancer/')) retagOne(LOAD_BALANCERS, arn, desk, change);
  else if (arn.includes(':targetgroup/')) retagOne(TARGET_GROUPS, arn, desk, change);
  else retagOne(LISTENERS, arn, desk, change);
}

function retagOne<T extends { readonly tags: Tags }>(kind: Kind<T>, arn: string, desk: Desk, change: Change): void {
  const value = mustSee(desk, kind, { arn, missing: missingFor(arn) });
  desk.put(kind, arn, { ...value, tags: change(value.tags) });
}
