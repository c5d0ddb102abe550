import { z } from 'zod';
import { fault } from '../aws-fault.ts';
import type { Desk } from '../desk.ts';
import { stateAt, terminated } from '../machine-life.ts';
import { present } from './filters.ts';
import { findInstance, type Instance, INSTANCES, isShown, isThere, missingInstance } from './instance.ts';
import { LISTING, listed, mustSee } from './listing.ts';
import { missingGroup, SECURITY_GROUPS } from './network-objects.ts';
import { powerOperations } from './power-operations.ts';
import { ec2Operation, request } from './request.ts';
import { runInstances } from './run-instances.ts';
import { shownInstance, STATE_CODES } from './shown-instance.ts';
import { DISK_ENDS, setDiskEnds } from './disk-ends.ts';
import { VOLUMES } from './volume.ts';

const describeInstances = ec2Operation({
  name: 'DescribeInstances',
  input: request({ InstanceIds: z.array(z.string()).optional(), ...LISTING }),
  run: (input, desk) => {
    const moments = new Map<string, number>();
    const momentOf = (instance: Instance): number => {
      const moment = moments.get(instance.id) ?? readMoment(instance, desk);
      moments.set(instance.id, moment);
      return moment;
    };
    const seen = desk
      .view(INSTANCES)
      .all()
      .filter((instance) => isShown(instance, desk.nowMs));
    const { items, nextToken } = listed(desk, seen, {
      asked: input,
      ids: input.InstanceIds,
      missing: missingInstance,
      fields: {
        'instance-id': ({ id }) => [id],
        'instance-state-name': (instance) => [stateAt(instance, momentOf(instance))],
        'client-token': ({ clientToken }) => [clientToken],
        'availability-zone': ({ zone }) => [zone],
        'image-id': ({ imageId }) => [imageId],
        'instance-type': ({ instanceType }) => [instanceType],
        'reservation-id': ({ reservationId }) => [reservationId],
        'vpc-id': (instance) => present(isThere(instance, desk.nowMs) ? instance.vpcId : undefined),
        'subnet-id': (instance) => present(isThere(instance, desk.nowMs) ? instance.subnetId : undefined),
        'instance.group-id': (instance) => (isThere(instance, desk.nowMs) ? instance.groupIds : []),
        'private-ip-address': (instance) => present(isThere(instance, desk.nowMs) ? instance.privateIp : undefined),
      },
    });
    const byReservation = Map.groupBy(items, ({ reservationId }) => reservationId);
    return {
      Reservations: [...byReservation].map(([ReservationId, instances]) => ({
        ReservationId,
        OwnerId: desk.accountId,
        Groups: [],
        Instances: instances.map((instance) => shownInstance(instance, desk, momentOf(instance))),
      })),
      NextToken: nextToken,
    };
  },
});

/** Idempotent: what is terminated stays so. One id that is not there, and nothing is terminated. */
const terminateInstances = ec2Operation({
  name: 'TerminateInstances',
  input: request({ InstanceIds: z.array(z.string()).min(1) }),
  resources: ({ InstanceIds }) => InstanceIds.length,
  run: ({ InstanceIds }, desk) => {
    const instances = InstanceIds.map((id) => findInstance(desk, id));
    return { TerminatingInstances: instances.map((instance) => terminate(instance, desk)) };
  },
});

const modifyInstanceAttribute = ec2Operation({
  name: 'ModifyInstanceAttribute',
  input: request({
    InstanceId: z.string(),
    Groups: z.array(z.string()).min(1).optional(),
    SourceDestCheck: z.strictObject({ Value: z.boolean() }).optional(),
    BlockDeviceMappings: DISK_ENDS.optional(),
  }),
  run: ({ InstanceId, Groups, SourceDestCheck, BlockDeviceMappings }, desk) => {
    const instance = findInstance(desk, InstanceId);
    if ([Groups, SourceDestCheck, BlockDeviceMappings].filter((one) => one !== undefined).length !== 1) {
      throw fault('InvalidParameterCombination', 'Fields for multiple attribute types specified');
    }
    if (!isThere(instance, desk.nowMs)) {
      throw fault('IncorrectInstanceState', `The instance '${InstanceId}' is not in a state that allows this.`);
    }
    for (const id of Groups ?? []) {
      const { vpcId } = mustSee(desk, SECURITY_GROUPS, { id, missing: missingGroup });
      if (vpcId === instance.vpcId) continue;
      throw fault('InvalidGroup.NotFound', `The security group '${id}' does not exist in VPC '${instance.vpcId}'`);
    }
    if (BlockDeviceMappings !== undefined) {
      setDiskEnds(desk, instance, BlockDeviceMappings);
      return {};
    }
    const groupIds = Groups ?? instance.groupIds;
    const sourceDestCheck = SourceDestCheck?.Value ?? instance.sourceDestCheck;
    desk.put(INSTANCES, InstanceId, { ...instance, groupIds, sourceDestCheck });
    return {};
  },
});

const getConsoleOutput = ec2Operation({
  name: 'GetConsoleOutput',
  input: request({ InstanceId: z.string(), Latest: z.boolean().optional() }),
  run: ({ InstanceId }, desk) => {
    const instance = findInstance(desk, InstanceId);
    const { runningAtMs = Infinity, helloAtMs = Infinity, endsAtMs = Infinity } = instance;
    const lines = [
      { atMs: runningAtMs, text: 'Linux version 6.12.38+deb13-cloud' },
      { atMs: runningAtMs + 2_000, text: 'systemd[1]: Reached target network-online.target' },
      { atMs: helloAtMs, text: `bootstrap-stub[1]: said hello as ${instance.box}` },
    ];
    const lastMs = Math.min(desk.nowMs, endsAtMs);
    const shown = lines.filter(({ atMs }) => atMs <= lastMs);
    const text = shown.map((line) => `[${stamp(line.atMs - runningAtMs)}] ${line.text}\n`).join('');
    return { InstanceId, Timestamp: new Date(desk.nowMs), Output: Buffer.from(text).toString('base64') };
  },
});

export const instanceOperations = [
  runInstances,
  describeInstances,
  terminateInstances,
  modifyInstanceAttribute,
  getConsoleOutput,
  ...powerOperations,
];

/** The state of an instance is read late like everything else. */
function readMoment(instance: Instance, { nowMs, weather, chance }: Desk): number {
  const oldestMs = Math.max(instance.launchedAtMs, nowMs - weather.lagMs);
  const hasChanged = stateAt(instance, oldestMs) !== stateAt(instance, nowMs);
  return hasChanged && chance.happens(weather.staleDescribe) ? chance.between(oldestMs, nowMs) : nowMs;
}

function terminate(instance: Instance, desk: Desk): object {
  const before = stateAt(instance, desk.nowMs);
  const isNew = before !== 'shutting-down' && before !== 'terminated';
  if (isNew) {
    const ended = terminated(instance, desk.nowMs);
    desk.put(INSTANCES, instance.id, ended);
    for (const { id } of instance.volumes) {
      const volume = desk.truth(VOLUMES).get(id);
      if (volume !== undefined) desk.put(VOLUMES, id, { ...volume, detachedAtMs: ended.endsAtMs });
    }
  }
  const after = isNew ? 'shutting-down' : before;
  return {
    InstanceId: instance.id,
    PreviousState: { Code: STATE_CODES[before], Name: before },
    CurrentState: { Code: STATE_CODES[after], Name: after },
  };
}

function stamp(ms: number): string {
  return (ms / 1_000).toFixed(6).padStart(12);
}
