import { assert } from '#std/assert.ts';
import { deriveInstanceId, type InstanceId } from '#engine/address.ts';
import { isUpward, type UpwardChange } from '#engine/change.ts';
import { ClusterState } from '#engine/cluster-state.ts';
import type { Declaration } from '#engine/declaration.ts';
import type { Plan } from '#engine/plan.ts';
import { resolveRefs } from '#engine/ref.ts';
import type { BrickOutputs } from './bricks.ts';

/** What the world makes of a brick: the id comes with the object, the label with its colour. */
export function outputsFor(address: string, incarnation: number, inputs: unknown): BrickOutputs {
  const colour = typeof inputs === 'object' && inputs !== null && 'colour' in inputs ? String(inputs.colour) : '';
  return { id: `id-${address}-${incarnation}`, label: `${colour}-${incarnation}`, heat: 20 };
}

/** The state after an apply in which everything went well, folded from the entries it would have written. */
export function applyPerfectly(before: ClusterState, { changes }: Plan): ClusterState {
  const state = ClusterState.restore(before.toDocument(), before.serial);
  for (const change of changes) {
    if (isUpward(change)) bringUp(state, change);
  }
  for (const change of changes) {
    if (change.action !== 'replace' && change.action !== 'destroy' && change.action !== 'abandon') continue;
    const retained = change.action === 'abandon' || (change.action === 'replace' && change.old === 'abandon');
    state.fold({ type: 'gone', instanceId: change.instanceId, because: retained ? 'abandoned' : 'destroyed' });
  }
  return state;
}

function bringUp(state: ClusterState, change: UpwardChange): void {
  const { declaration } = change;
  if (change.action === 'keep') return;
  if (change.action === 'update') return finish(state, change.instanceId, declaration);
  const open =
    change.action === 'create' && change.instanceId !== undefined ? state.records.get(change.instanceId) : undefined;
  if (open?.status === 'creating') return finish(state, open.instanceId, declaration);
  if (open !== undefined) state.fold({ type: 'gone', instanceId: open.instanceId, because: 'absent' });
  const { address, kind } = declaration;
  const incarnation = state.nextIncarnation;
  const instanceId = deriveInstanceId(state.cluster, address, incarnation);
  state.fold({
    type: 'create',
    address,
    kind,
    instanceId,
    incarnation,
    variant: '',
    attempt: 1,
    ...declared(state, declaration),
  });
  finish(state, instanceId, declaration);
}

function finish(state: ClusterState, instanceId: InstanceId, declaration: Declaration): void {
  state.fold({ type: 'update', instanceId, ...declared(state, declaration) });
  const record = state.records.get(instanceId);
  assert(record !== undefined, 'What is finished was begun.');
  const outputs = outputsFor(record.address, record.incarnation, record.inputs);
  state.fold({ type: 'ready', instanceId, outputs, atMs: 1 });
}

function declared(state: ClusterState, { inputs, dependsOn, within, retain }: Declaration) {
  const resolved = resolveRefs(inputs, ({ $ref, output }) => {
    const outputs = state.current($ref)?.outputs;
    assert(
      typeof outputs === 'object' && outputs !== null && output in outputs,
      `${$ref} is there before what needs it.`,
    );
    return Reflect.get(outputs, output);
  });
  return { inputs: resolved, dependsOn, within, retain };
}
