import { z } from 'zod';
import type { Address, InstanceId } from '#engine/address.ts';
import type { PreflightRequest } from '#provider/preflight.ts';
import type { Owner } from '#engine/resource.ts';

type Plan = PreflightRequest['plan'];

/** What will be made, as it is declared: a value that comes from another resource is still a reference. */
export interface PlannedObject {
  readonly address: Address;
  readonly kind: string;
  readonly inputs: unknown;
  /** Whether it stands beside what is there, at least for a while. */
  readonly isOneMore: boolean;
}

export function plannedObjects({ changes }: Plan, kind?: string): readonly PlannedObject[] {
  return changes.flatMap((change): readonly PlannedObject[] => {
    if (change.action !== 'create' && change.action !== 'replace') return [];
    if (kind !== undefined && change.kind !== kind) return [];
    const isOneMore = change.action === 'create' || change.order === 'create-first';
    return [{ address: change.address, kind: change.kind, inputs: change.declaration.inputs, isOneMore }];
  });
}

/** How many there will be besides those that stand now. */
export function howManyMore(plan: Plan, kind: string): number {
  return plannedObjects(plan, kind).filter(({ isOneMore }) => isOneMore).length;
}

/** Instances that an interrupted run may have made already: the plan goes on with them. */
export function begunInstances({ changes }: Plan): ReadonlySet<InstanceId> {
  return new Set(
    changes.flatMap((change) =>
      change.action === 'create' && change.instanceId !== undefined ? [change.instanceId] : [],
    ),
  );
}

/** Instances that the plan ends. */
export function goingInstances({ changes }: Plan): ReadonlySet<InstanceId> {
  return new Set(
    changes.flatMap((change) =>
      change.action === 'destroy' || (change.action === 'replace' && change.old === 'destroy')
        ? [change.instanceId]
        : [],
    ),
  );
}

/** Whether an object that is there is one of those that are planned. */
export function isBegun(request: PreflightRequest, owner: Owner | undefined): boolean {
  return owner?.cluster === request.uid && begunInstances(request.plan).has(owner.instanceId);
}

const Machine = z.looseObject({
  types: z.array(z.string()).min(1),
  places: z.array(z.looseObject({ zone: z.string() })).min(1),
  isSpot: z.boolean().optional(),
});

export interface PlannedMachine {
  readonly address: Address;
  readonly types: readonly string[];
  readonly zones: readonly string[];
  readonly isSpot: boolean;
  readonly isOneMore: boolean;
}

export function plannedMachines(plan: Plan): readonly PlannedMachine[] {
  return plannedObjects(plan, 'aws.ec2.instance').flatMap(({ address, inputs, isOneMore }) => {
    const parsed = Machine.safeParse(inputs);
    if (!parsed.success) return [];
    const { types, places, isSpot = false } = parsed.data;
    return [{ address, types, zones: places.map(({ zone }) => zone), isSpot, isOneMore }];
  });
}
