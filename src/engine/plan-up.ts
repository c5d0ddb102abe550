import { differingKeys, sameValue } from '#std/same-value.ts';
import type { Because, UpwardChange } from './change.ts';
import type { Declaration } from './declaration.ts';
import { checkInputs } from './inputs.ts';
import type { Planning } from './planning.ts';
import { problem } from './problem.ts';
import type { ResourceRecord } from './record.ts';
import { hasUnknown, KNOWN_AFTER_APPLY, resolveRefs, type Ref } from './ref.ts';
import type { Observation, ReplaceOrder, ResourceType } from './resource.ts';

/** What the planner weighs for one declared resource. */
interface Case {
  readonly planning: Planning;
  readonly declaration: Declaration;
  readonly type: ResourceType;
  readonly record: ResourceRecord;
  /** As far as they are known. */
  readonly inputs: unknown;
  /** Inputs that are known and differ from the record's. */
  readonly changed: readonly string[];
  /** Inputs that hang on what is only known after apply. */
  readonly unknown: readonly string[];
}

/**
 * | instance              | seen        | then                                                  |
 * |-----------------------|-------------|-------------------------------------------------------|
 * | none                  |             | adopt if asked, else create                           |
 * | its host goes         |             | replace, leaving the old one to go with the host      |
 * | destroying            |             | replace, destroy-first: what was begun is ended       |
 * | creating              |             | create again; replace if what it froze cannot be changed |
 * | settled               | absent      | create                                                |
 * | settled               | unreachable | keep                                                  |
 * | settled               | broken      | replace; destroy-first if its successor would have its name |
 * | settled               | present     | replace if its kind or a fixed input differs, update if anything else does, else keep |
 */
export function planUp(planning: Planning, declaration: Declaration): UpwardChange {
  const { address, kind } = declaration;
  const type = planning.types.get(kind);
  if (type === undefined)
    throw problem('blueprint.kind-unknown', { address, detail: `Nothing here knows the kind ${kind}.` });
  const inputs = resolveRefs(declaration.inputs, (ref) => plannedOutput(planning, ref));
  const record = chooseInstance(planning, declaration, type, inputs);
  const base = { address, kind, declaration };
  if (record === undefined) {
    if (!hasUnknown(inputs)) checkInputs(type, address, inputs);
    const { adopt: id } = declaration;
    if (id === undefined) return { ...base, action: 'create', because: { reason: 'declared' } };
    return { ...base, action: 'adopt', id, because: { reason: 'adoption-asked', id } };
  }
  const differences = compareInputs(type, record, inputs);
  return decide({ planning, declaration, type, record, inputs, ...differences });
}

function decide(weighed: Case): UpwardChange {
  const { planning, declaration, record, type, changed, unknown } = weighed;
  const { address, kind, within } = declaration;
  // One that moves to another host is not left behind: the host it leaves may well stay.
  if (within !== undefined && within === record.within && hostGoes(planning, within)) {
    return replace(weighed, { reason: 'host-replaced', host: within }, 'destroy-first', 'abandon');
  }
  if (record.status === 'destroying') {
    return replace(weighed, { reason: 'interrupted', while: 'destroying' }, 'destroy-first');
  }
  if (record.status !== 'creating') return decideSettled(weighed);
  const because: Because = { reason: 'interrupted', while: 'creating' };
  const unfit = record.kind !== kind || [...changed, ...unknown].some((key) => type.replaceOn.includes(key));
  if (unfit) return replace(weighed, because, 'destroy-first');
  return { address, kind, declaration, action: 'create', instanceId: record.instanceId, because };
}

function decideSettled(weighed: Case): UpwardChange {
  const { planning, declaration, record } = weighed;
  const { instanceId } = record;
  const base = { address: declaration.address, kind: declaration.kind, declaration, instanceId };
  const seen = planning.observations.get(instanceId);
  if (seen?.state === 'absent') return { ...base, action: 'create', because: { reason: 'vanished' } };
  if (seen?.state === 'unreachable') {
    return { ...base, action: 'keep', because: { reason: 'unreachable', detail: seen.reason } };
  }
  if (seen?.condition.is === 'broken') {
    return replace(
      weighed,
      { reason: 'broken', detail: seen.condition.reason },
      isInItsPlace(weighed) ? 'destroy-first' : undefined,
    );
  }
  const misfit = reasonToReplace(weighed);
  if (misfit !== undefined) return replace(weighed, misfit);
  const because = reasonToUpdate(weighed, seen);
  if (because !== undefined) return { ...base, action: 'update', because };
  return { ...base, action: 'keep', because: { reason: 'unchanged' } };
}

/** Two of one name, or between the same two ends, do not fit beside one another. */
function isInItsPlace({ declaration, record, type, changed, unknown }: Case): boolean {
  if (record.kind !== declaration.kind) return false;
  const isFixed = (key: string) => type.replaceOn.includes(key);
  return (type.identity === 'name' || type.identity === 'attachment') && ![...changed, ...unknown].some(isFixed);
}

function reasonToReplace({ declaration, record, type, inputs, changed, unknown }: Case): Because | undefined {
  if (record.kind !== declaration.kind) return { reason: 'inputs-changed', inputs: ['kind'] };
  const outgrown = type.cannotBecome?.(record.outputs, inputs) ?? [];
  const fixed = changed.filter((key) => type.replaceOn.includes(key) || outgrown.includes(key));
  if (fixed.length > 0) return { reason: 'inputs-changed', inputs: fixed };
  const mayDiffer = unknown.some((key) => type.replaceOn.includes(key));
  return mayDiffer ? { reason: 'dependency-changes', inputs: unknown } : undefined;
}

function reasonToUpdate(
  { declaration, record, type, changed, unknown }: Case,
  seen: Observation | undefined,
): Because | undefined {
  if (record.status === 'updating') return { reason: 'interrupted', while: 'updating' };
  if (record.deposed) return { reason: 'restored' };
  if (changed.length > 0) return { reason: 'inputs-changed', inputs: changed };
  if (seen?.state === 'present') {
    const drifted = driftedOutputs(record.outputs, seen.outputs).filter(
      (key) => type.ignoreDriftOf?.includes(key) !== true,
    );
    if (drifted.length > 0) return { reason: 'drifted', outputs: drifted };
  }
  const { dependsOn, within, retain } = declaration;
  const placed = { dependsOn: record.dependsOn, within: record.within, retain: record.retain };
  if (!sameValue({ dependsOn, within, retain }, placed)) return { reason: 'declaration-changed' };
  return unknown.length > 0 ? { reason: 'dependency-changes', inputs: unknown } : undefined;
}

function replace(
  weighed: Case,
  because: Because,
  order?: ReplaceOrder,
  old: 'destroy' | 'abandon' = 'destroy',
): UpwardChange {
  const { declaration, type, record } = weighed;
  const { address, kind } = declaration;
  const chosen = order ?? type.replaceOrder;
  const { instanceId } = record;
  return {
    address,
    kind,
    declaration,
    action: 'replace',
    instanceId,
    order: chosen,
    old: record.retain ? 'abandon' : old,
    because,
  };
}

function hostGoes({ ups }: Planning, host: Declaration['address']): boolean {
  const change = ups.get(host);
  return change?.action === 'replace' || change?.action === 'create';
}

/** The instance that holds the address, unless only an earlier one, still there, fits what is declared. */
function chooseInstance(
  { snapshot, observations }: Planning,
  { address, kind }: Declaration,
  type: ResourceType,
  inputs: unknown,
): ResourceRecord | undefined {
  const instances = snapshot.instancesAt(address);
  const current = instances.find((record) => !record.deposed);
  if (current === undefined || instances.length === 1 || hasUnknown(inputs)) return current;
  const fits = (record: ResourceRecord) => {
    if (record.kind !== kind) return false;
    const { changed, unknown } = compareInputs(type, record, inputs);
    const outgrown = record.outputs === undefined ? [] : (type.cannotBecome?.(record.outputs, inputs) ?? []);
    return [...changed, ...unknown].every((key) => !type.replaceOn.includes(key) && !outgrown.includes(key));
  };
  const isWhole = current.status === 'ready' || current.status === 'updating';
  if (fits(current) && isWhole) return current;
  const works = ({ instanceId }: ResourceRecord) => {
    const seen = observations.get(instanceId);
    // A successor that was begun because its forerunner failed is only given up for one that was seen to work.
    if (seen === undefined) return current.status !== 'creating' || !fits(current);
    return seen.state === 'present' && seen.condition.is !== 'broken';
  };
  return instances.findLast((one) => one.deposed && one.status === 'ready' && works(one) && fits(one)) ?? current;
}

function compareInputs(type: ResourceType, record: ResourceRecord, inputs: unknown): Pick<Case, 'changed' | 'unknown'> {
  const recorded = new Map(Object.entries(asObject(record.inputs)));
  const unknown: string[] = [];
  const known = Object.entries(asObject(inputs)).map(([key, value]): [string, unknown] => {
    if (!hasUnknown(value)) return [key, value];
    unknown.push(key);
    return [key, recorded.get(key)];
  });
  const checked =
    unknown.length === 0 ? checkInputs(type, record.address, Object.fromEntries(known)) : withDefaults(type, known);
  const changed = differingKeys(asObject(record.inputs), asObject(checked));
  return { changed: changed.filter((key) => !unknown.includes(key)), unknown };
}

/** With values of the record standing in for unknown ones; should they not fit together, apply decides. */
function withDefaults(type: ResourceType, known: readonly [string, unknown][]): unknown {
  const standIn = Object.fromEntries(known);
  const parsed = type.inputs.safeParse(standIn);
  return parsed.success ? parsed.data : standIn;
}

function driftedOutputs(recorded: unknown, seen: unknown): readonly string[] {
  return differingKeys(asObject(recorded), asObject(seen));
}

function plannedOutput({ ups, snapshot, types }: Planning, { $ref, output }: Ref<unknown>): unknown {
  const change = ups.get($ref);
  if (change?.action !== 'keep' && change?.action !== 'update') return KNOWN_AFTER_APPLY;
  const isUpdate = change.action === 'update';
  if (isUpdate && types.get(change.kind)?.stableOutputs.includes(output) !== true) return KNOWN_AFTER_APPLY;
  const outputs = new Map(Object.entries(asObject(snapshot.records.get(change.instanceId)?.outputs)));
  if (outputs.has(output)) return outputs.get(output);
  // A newer version of the kind may have an output more than the record: the update reads it.
  if (isUpdate) return KNOWN_AFTER_APPLY;
  throw problem('blueprint.output-unknown', { address: $ref, detail: `${$ref} has no output "${output}".` });
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
