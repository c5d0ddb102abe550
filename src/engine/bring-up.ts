import { sameValue } from '#std/same-value.ts';
import { deriveInstanceId } from './address.ts';
import type { AdoptChange, CreateChange, ReplaceChange, UpdateChange, UpwardChange } from './change.ts';
import type { Declaration } from './declaration.ts';
import { converge } from './converge.ts';
import { openCreateIntent, settleCreate } from './create.ts';
import { findEarlier, fitsFixed } from './earlier.ts';
import { checkInputs } from './inputs.ts';
import { problem } from './problem.ts';
import type { CreatingRecord, ResourceRecord } from './record.ts';
import { resolveRefs } from './ref.ts';
import { tearDown } from './tear-down.ts';
import type { Work } from './work.ts';

/** A resource that keeps dying while it starts is not made for ever. */
const INCARNATIONS_MAX = 3;

/** Makes one declared resource exist as declared. Answers false when there was nothing to do after all. */
export async function bringUp(work: Work, change: UpwardChange): Promise<boolean> {
  if (change.action === 'keep') return false;
  const inputs = resolveInputs(work, change.declaration);
  switch (change.action) {
    case 'create':
      return createOrResume(work, change, inputs);
    case 'adopt':
      return adopt(work, change, inputs);
    case 'update':
      return update(work, change, inputs);
    case 'replace':
      return replace(work, change, inputs);
  }
}

function resolveInputs(work: Work, declaration: Declaration): unknown {
  const { address, kind } = declaration;
  const resolved = resolveRefs(declaration.inputs, ({ $ref, output }) => {
    const outputs = work.outputsOf($ref);
    if (typeof outputs === 'object' && outputs !== null && output in outputs) return Reflect.get(outputs, output);
    throw problem('blueprint.output-unknown', { address, detail: `${$ref} has no output "${output}".` });
  });
  return checkInputs(work.typeOf(kind, address), address, resolved);
}

async function createOrResume(
  work: Work,
  { declaration, instanceId }: CreateChange,
  inputs: unknown,
): Promise<boolean> {
  const known = instanceId === undefined ? undefined : work.record(instanceId);
  if (known === undefined) {
    await createUntilReady(work, declaration, inputs, undefined);
  } else if (known.status === 'creating') {
    await createUntilReady(work, declaration, inputs, known);
  } else {
    await forgetVanished(work, known);
    await createUntilReady(work, declaration, inputs, undefined);
  }
  return true;
}

async function createUntilReady(
  work: Work,
  declaration: Declaration,
  inputs: unknown,
  open: CreatingRecord | undefined,
): Promise<void> {
  let resumed = open;
  for (let incarnation = 1; incarnation <= INCARNATIONS_MAX; incarnation += 1) {
    const opened = resumed ?? (await openCreateIntent(work, declaration, inputs));
    const settled = opened.outputs === undefined ? await settleCreate(work, opened, resumed !== undefined) : opened;
    resumed = undefined;
    if (settled !== 'lost' && (await settleAs(work, settled, declaration, inputs))) return;
    if (settled === 'lost')
      await work.journal.append({ type: 'gone', instanceId: opened.instanceId, because: 'absent' });
  }
  const { address } = declaration;
  throw problem('resource.keeps-breaking', {
    address,
    detail: `${address} was made ${INCARNATIONS_MAX} times and died each time while starting.`,
  });
}

/** Converges a new object; one that is lost or broken is cleared away for the next incarnation. */
async function settleAs(
  work: Work,
  created: CreatingRecord,
  declaration: Declaration,
  inputs: unknown,
): Promise<boolean> {
  const frozen = await finish(work, created);
  if (!frozen) return false;
  // The intent was frozen by an earlier run; what is declared now may differ in what can be changed in place.
  if (!sameDeclaration(created, declaration, inputs)) await updateTo(work, created, declaration, inputs);
  return true;
}

async function finish(work: Work, record: CreatingRecord): Promise<boolean> {
  const { instanceId } = record;
  const converged = await converge(work, record);
  if (converged.outcome === 'ready') {
    work.reportReady(record, converged.outputs);
    return true;
  }
  if (converged.outcome === 'lost') await work.journal.append({ type: 'gone', instanceId, because: 'absent' });
  else await tearDown(work, record);
  return false;
}

async function adopt(work: Work, { declaration, id }: AdoptChange, inputs: unknown): Promise<boolean> {
  const { address, kind } = declaration;
  const { cluster, records } = work.journal.snapshot;
  const type = work.typeOf(kind, address);
  const incarnation = work.takeIncarnation();
  const asking = { address, instanceId: deriveInstanceId(cluster, address, incarnation) };
  const seen = await type.find?.(work.runtime.provider.session, work.contextOf(asking), id);
  if (seen === undefined || seen.state !== 'present') {
    throw problem('adopt.not-found', { address, detail: `There is no ${kind} "${id}" to adopt.` });
  }
  if (seen.owner?.cluster !== cluster || records.has(seen.owner.instanceId)) {
    throw problem('adopt.not-ours', {
      address,
      detail: `"${id}" does not carry the mark of cluster ${cluster} alone.`,
    });
  }
  const { instanceId } = seen.owner;
  await work.journal.append({
    type: 'adopt',
    address,
    kind,
    instanceId,
    incarnation,
    ...declared(declaration, inputs),
    outputs: seen.outputs,
  });
  await finishUpdate(work, work.record(instanceId));
  return true;
}

async function update(
  work: Work,
  { declaration, instanceId, because }: UpdateChange,
  inputs: unknown,
): Promise<boolean> {
  const record = work.record(instanceId);
  if (
    because.reason === 'dependency-changes' &&
    record.status === 'ready' &&
    sameDeclaration(record, declaration, inputs)
  )
    return false;
  // The request of an update that was cut short may still be under way, and must not arrive after ours.
  if (record.status === 'updating' && !sameDeclaration(record, declaration, inputs))
    await work.outwaitEarlierRequests();
  if (record.status === 'ready') await work.outwaitOldSights(record);
  return updateTo(work, record, declaration, inputs);
}

async function finishUpdate(work: Work, record: ResourceRecord): Promise<void> {
  const { address } = record;
  const converged = await converge(work, record);
  if (converged.outcome !== 'ready') {
    throw problem('resource.vanished', { address, detail: `${address} cannot be updated: ${converged.why}.` });
  }
  work.reportReady(record, converged.outputs);
}

/** The old instance is destroyed by a step of its own, before or after this one. */
async function replace(work: Work, change: ReplaceChange, inputs: unknown): Promise<boolean> {
  const { declaration, instanceId, because, order } = change;
  const old = work.journal.snapshot.records.get(instanceId);
  // What hung on outputs may turn out to be no reason to replace anything.
  const isSpared = because.reason === 'dependency-changes' && order === 'create-first' && old?.status === 'ready';
  if (isSpared && fitsFixed(work, old, inputs)) {
    return sameDeclaration(old, declaration, inputs) ? false : updateTo(work, old, declaration, inputs);
  }
  const earlier = await findEarlier(work, change, inputs);
  if (earlier !== undefined) return updateTo(work, earlier, declaration, inputs);
  await createUntilReady(work, declaration, inputs, undefined);
  return true;
}

async function updateTo(work: Work, record: ResourceRecord, declaration: Declaration, inputs: unknown): Promise<true> {
  const { instanceId } = record;
  await work.journal.append({ type: 'update', instanceId, ...declared(declaration, inputs) });
  await finishUpdate(work, work.record(instanceId));
  return true;
}

/** The plan saw it gone; a plan may be old, so look once more before the record is given up. */
async function forgetVanished(work: Work, record: ResourceRecord): Promise<void> {
  const { address, instanceId } = record;
  const seen = await work.look(record);
  if (seen.state !== 'absent')
    throw problem('plan.overtaken', { address, detail: `${address} was planned as vanished but is there.` });
  await work.journal.append({ type: 'gone', instanceId, because: 'absent' });
}

function sameDeclaration(record: ResourceRecord, declaration: Declaration, inputs: unknown): boolean {
  return sameValue({ ...declared(declaration, inputs) }, { ...declared(record, record.inputs) });
}

function declared(
  { dependsOn, within, retain }: Pick<Declaration, 'dependsOn' | 'within' | 'retain'>,
  inputs: unknown,
) {
  return { inputs, dependsOn, within, retain };
}
