import { parseAddress, parseClusterUid, parseInstanceId, type ClusterUid, type InstanceId } from '#engine/address.ts';
import { BlueprintBuilder, type Blueprint } from '#engine/blueprint.ts';
import { isUpward, type Change } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import { planChanges, type Plan } from '#engine/plan.ts';
import type { CreatingRecord, DestroyingRecord, ReadyRecord, ResourceRecord, UpdatingRecord } from '#engine/record.ts';
import { READY, type Condition, type Observation } from '#engine/resource.ts';
import { kinds, type BrickOutputs } from './bricks.ts';

export const CLUSTER: ClusterUid = parseClusterUid('testcluster');
export const SERIAL = 7;

/** `web` → the address; `instance('web', 2)` → the second object made for it. */
export const at = parseAddress;

export function instance(name: string, incarnation = 1): InstanceId {
  return parseInstanceId(`${name.replaceAll(/[^a-z0-9]/g, '')}${String(incarnation).padStart(8, '0')}`);
}

export function outputsOf(name: string, incarnation = 1): BrickOutputs {
  return { id: `id-${name}-${incarnation}`, label: `label-${name}-${incarnation}`, heat: 20 };
}

type Told = Partial<Omit<ReadyRecord, 'status' | 'address' | 'instanceId' | 'outputs'>>;

function told(name: string, { incarnation = 1, ...more }: Told) {
  return {
    address: at(name),
    kind: 'brick',
    instanceId: instance(name, incarnation),
    incarnation,
    inputs: { shape: 'square', colour: 'red' },
    dependsOn: [],
    within: undefined,
    retain: false,
    deposed: false,
    problem: undefined,
    ...more,
  };
}

/** A record as an undisturbed run leaves it, but for what is said. */
export function ready(name: string, more: Told = {}): ReadyRecord {
  return { ...told(name, more), status: 'ready', outputs: outputsOf(name, more.incarnation), readyAtMs: 1 };
}

export function creating(name: string, more: Told = {}): CreatingRecord {
  return { ...told(name, more), status: 'creating', variant: '', attempt: 1, outputs: undefined };
}

export function updating(name: string, more: Told = {}): UpdatingRecord {
  const outputs = outputsOf(name, more.incarnation);
  return { ...told(name, more), status: 'updating', outputs, previousInputs: { shape: 'square', colour: 'old' } };
}

export function destroying(name: string, more: Told = {}): DestroyingRecord {
  return { ...told(name, more), status: 'destroying', outputs: outputsOf(name, more.incarnation) };
}

export function stateOf(records: readonly ResourceRecord[]): ClusterState {
  const nextIncarnation = Math.max(0, ...records.map(({ incarnation }) => incarnation)) + 1;
  return ClusterState.restore({ cluster: CLUSTER, records, nextIncarnation, released: [], tombstone: false }, SERIAL);
}

export function declare(declaring: (blueprint: BlueprintBuilder) => void): Blueprint {
  const builder = new BlueprintBuilder();
  declaring(builder);
  return builder.build();
}

export function present(name: string, more: { incarnation?: number; condition?: Condition; outputs?: object } = {}) {
  const { incarnation = 1, condition = READY, outputs = {} } = more;
  const instanceId = instance(name, incarnation);
  const seen: Observation = {
    state: 'present',
    outputs: { ...outputsOf(name, incarnation), ...outputs },
    owner: { cluster: CLUSTER, instanceId },
    condition,
  };
  return [instanceId, seen] as const;
}

export function absent(name: string, incarnation = 1) {
  return [instance(name, incarnation), { state: 'absent' }] as const;
}

export function unreachable(name: string, incarnation = 1) {
  return [instance(name, incarnation), { state: 'unreachable', reason: 'no route' }] as const;
}

export interface Scenario {
  readonly declared?: Blueprint | ((blueprint: BlueprintBuilder) => void);
  readonly records?: readonly ResourceRecord[];
  readonly seen?: readonly (readonly [InstanceId, Observation])[];
}

export function planOf({ declared = () => undefined, records = [], seen = [] }: Scenario): Plan {
  const blueprint = typeof declared === 'function' ? declare(declared) : declared;
  return planChanges(blueprint, stateOf(records), { types: kinds, observations: new Map(seen) });
}

/** A change as a person would note it: the declaration it carries is the one of its address, a test of its own. */
export function noted(changes: readonly Change[]): readonly object[] {
  return changes.map((change) => {
    if (!isUpward(change)) return change;
    const { declaration: _declaration, ...rest } = change;
    return rest;
  });
}
