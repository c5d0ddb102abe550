import { z } from 'zod';
import { type AwsFault, fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { LOAD_BALANCERS } from '../elb/elb-objects.ts';
import { defineOperation } from '../operation.ts';
import { checkIdle, submitChange } from './change.ts';
import { applyBatch, ChangeBatch } from './change-batch.ts';
import { domainName } from './domain-name.ts';
import { RECORD_SETS, recordSetsOf, RecordType, rowOf, shownRecordSet } from './record-set.ts';
import { REQUESTS, ZoneId, zoneSeen, zoneToChange } from './zone.ts';

const changeResourceRecordSets = defineOperation({
  name: 'ChangeResourceRecordSets',
  input: z.strictObject({ HostedZoneId: ZoneId, ChangeBatch }),
  latencyMs: [80, 300],
  buckets: [REQUESTS],
  run({ HostedZoneId: zoneId, ChangeBatch: batch }, desk) {
    const zone = zoneToChange(desk, zoneId);
    checkIdle(desk, zoneId);
    const before = new Map(recordSetsOf(desk, zone));
    const { after, complaints } = applyBatch({ zone, before, isTarget: (name) => isBalancer(name, desk) }, batch);
    if (complaints.length > 0) throw invalidChangeBatch(complaints);
    for (const [row, set] of after) if (before.get(row) !== set) desk.put(RECORD_SETS, row, set);
    for (const row of before.keys()) if (!after.has(row)) desk.remove(RECORD_SETS, row);
    return { ChangeInfo: submitChange(desk, zoneId, batch.Comment) };
  },
});

function isBalancer(dnsName: string, desk: Desk): boolean {
  const all = desk.everywhere(LOAD_BALANCERS).flat();
  return all.some((balancer) => domainName(balancer.dnsName) === dnsName);
}

/** The answer has a list of messages and no message, for which the SDK puts this word. */
function invalidChangeBatch(messages: readonly string[]): AwsFault {
  return Object.assign(fault('InvalidChangeBatch', 'UnknownError'), { messages });
}

const PAGE_MAX = 300;

const listResourceRecordSets = defineOperation({
  name: 'ListResourceRecordSets',
  input: z.strictObject({
    HostedZoneId: ZoneId,
    StartRecordName: z.string().optional(),
    StartRecordType: RecordType.optional(),
    MaxItems: z.int().min(1).optional(),
  }),
  buckets: [REQUESTS],
  run({ HostedZoneId: zoneId, StartRecordName, StartRecordType, MaxItems = PAGE_MAX }, desk) {
    if (StartRecordType !== undefined && StartRecordName === undefined) {
      throw fault('InvalidInput', 'The input is not valid: a type needs a name.');
    }
    const all = recordSetsOf(desk, zoneSeen(desk, zoneId));
    const start = rowOf(zoneId, { name: domainName(StartRecordName ?? '') ?? '', type: StartRecordType ?? '' });
    const left = StartRecordName === undefined ? all : all.filter(([row]) => row >= start);
    const size = desk.chance.happens(desk.weather.pageSizeOne) ? 1 : Math.min(MaxItems, PAGE_MAX);
    const next = left[size]?.[1];
    return {
      ResourceRecordSets: left.slice(0, size).map(([, set]) => shownRecordSet(set)),
      IsTruncated: next !== undefined,
      MaxItems,
      ...(next === undefined ? {} : { NextRecordName: next.name, NextRecordType: next.type }),
    };
  },
});

export const RECORD_OPERATIONS = [changeResourceRecordSets, listResourceRecordSets] as const;
