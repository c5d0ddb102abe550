import { deriveInstanceId, deriveToken } from './address.ts';
import type { Declaration } from './declaration.ts';
import { CallError, isAmbiguous, isRejected } from './call.ts';
import { AbsenceWatch } from './look.ts';
import { problem } from './problem.ts';
import type { CreatingRecord, ResourceRecord } from './record.ts';
import type { Present } from './resource.ts';
import { destroyStray } from './stray.ts';
import { refusalProblem } from './refusal.ts';
import type { Work } from './work.ts';

/** Writes the intent. From here on the object may exist, whatever happens to this process. */
export async function openCreateIntent(work: Work, declaration: Declaration, inputs: unknown): Promise<CreatingRecord> {
  const { address, kind } = declaration;
  const incarnation = work.takeIncarnation();
  const instanceId = deriveInstanceId(work.journal.snapshot.cluster, address, incarnation);
  const [variant = ''] = work.typeOf(kind, address).variants?.(inputs) ?? [];
  await appendCreate(work, { ...declaration, inputs, instanceId, incarnation, variant, attempt: 1 });
  return creating(work, instanceId);
}

/** The record with the outputs of the object that exists now, or 'lost': this instance is spent, another must be made. */
export type Settled = CreatingRecord | 'lost';

/**
 * Sends the create request until its fate is certain: the object exists, or it never will.
 * `resumed`: an earlier process may have sent the same request.
 */
export async function settleCreate(work: Work, opened: CreatingRecord, resumed: boolean): Promise<Settled> {
  const type = work.typeOf(opened.kind, opened.address);
  const patience = work.waitFor(opened, 'the create request to be answered');
  let record = opened;
  let doubt = resumed;
  for (;;) {
    if (doubt) {
      const found = await lookAfterDoubt(work, record, type.identity === 'tag');
      if (found !== undefined) return exists(work, record, found.outputs);
      if (type.identity === 'tag') doubt = false;
    }
    try {
      return exists(work, record, await sendCreate(work, record));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (isAmbiguous(error)) {
        doubt = true;
        await patience.wait('call.unanswered', error.message);
        continue;
      }
      const next = await afterRefusal(work, record, error, doubt);
      if (next === 'again') {
        await patience.wait('call.rejected', error.message);
        continue;
      }
      if (next === 'lost' || next.outputs !== undefined) return next;
      record = next;
      doubt = false;
    }
  }
}

async function sendCreate(work: Work, record: CreatingRecord): Promise<unknown> {
  const type = work.typeOf(record.kind, record.address);
  const { variant, attempt, lot = [record.instanceId] } = record;
  const [first = record.instanceId] = lot;
  const token = deriveToken({ instanceId: first, variant, attempt });
  const context = { ...work.contextOf(record), token, variant, lot };
  return type.create(work.runtime.provider.session, context, record.inputs);
}

/**
 * | the service says   | and then                                                              |
 * |--------------------|-----------------------------------------------------------------------|
 * | exists             | ours: take it. Ours of an older incarnation: wait. Foreign: name clash |
 * | token-spent        | the object lived and died: a new incarnation                          |
 * | token-mismatch     | the first request of this token won: find what it made                |
 * | capacity           | the next variant, once the present one can no longer answer           |
 * | anything else      | it will never exist: close the intent and fail                        |
 */
async function afterRefusal(
  work: Work,
  record: CreatingRecord,
  refusal: CallError,
  doubt: boolean,
): Promise<Settled | 'again'> {
  if (isRejected(refusal, 'exists')) return takeExisting(work, record);
  if (isRejected(refusal, 'token-spent')) return 'lost';
  // As long as an earlier attempt may still arrive, "refused" is not the last word.
  const found = doubt || isRejected(refusal, 'token-mismatch') ? await lookAfterDoubt(work, record, true) : undefined;
  if (found !== undefined) return exists(work, record, found.outputs);
  if (isRejected(refusal, 'capacity')) {
    const variants = work.typeOf(record.kind, record.address).variants?.(record.inputs) ?? [];
    const variant = variants[variants.indexOf(record.variant) + 1];
    if (variant !== undefined) {
      await appendCreate(work, { ...record, variant, attempt: record.attempt + 1 });
      return creating(work, record.instanceId);
    }
  }
  await work.journal.append({ type: 'gone', instanceId: record.instanceId, because: 'never-created' });
  throw refusalProblem(refusal, record.address) ?? refusal;
}

/** Looks for the object of an uncertain request: once, or as long as the request may still be under way. */
export async function lookAfterDoubt(
  work: Work,
  record: ResourceRecord,
  wholeWindow: boolean,
): Promise<Present<unknown> | undefined> {
  const { requestAgeMaxMs, visibleWithinMs } = work.runtime.provider.consistency;
  const watch = new AbsenceWatch(work.runtime, requestAgeMaxMs + visibleWithinMs);
  const patience = work.waitFor(record, 'an earlier request to be settled');
  for (;;) {
    const seen = await work.look(record);
    if (seen.state === 'present' && work.isOurs(record, seen)) return seen;
    if (seen.state !== 'unreachable' && (!wholeWindow || watch.isCertain(seen))) return undefined;
    await patience.wait('resource.unreachable', seen.state === 'unreachable' ? seen.reason : undefined);
  }
}

/** The name is taken. By us, by an older self that is on its way out, by a stray of ours, or by somebody else. */
async function takeExisting(work: Work, record: CreatingRecord): Promise<CreatingRecord | 'again'> {
  const { records, released, cluster } = work.journal.snapshot;
  const watch = new AbsenceWatch(work.runtime);
  for (;;) {
    const seen = await work.look(record);
    if (seen.state === 'present') {
      if (work.isOurs(record, seen)) return exists(work, record, seen.outputs);
      if (seen.owner?.cluster === cluster) {
        if (released.has(seen.owner.instanceId)) return nameTaken(work, record);
        if (!records.has(seen.owner.instanceId))
          await destroyStray(work, record.kind, { owner: seen.owner, outputs: seen.outputs });
        return 'again';
      }
    }
    if (watch.isCertain(seen)) return seen.state === 'present' ? nameTaken(work, record) : 'again';
    await work.pause();
  }
}

async function nameTaken(work: Work, { instanceId, address, kind }: CreatingRecord): Promise<never> {
  await work.journal.append({ type: 'gone', instanceId, because: 'never-created' });
  throw problem('resource.name-taken', {
    address,
    detail: `A ${kind} of that name exists and does not carry this cluster's mark.`,
  });
}

function exists(work: Work, record: CreatingRecord, outputs: unknown): CreatingRecord {
  // Not awaited: losing this entry costs a look at resume, and a lost lease is reported by the next append.
  work.journal.append({ type: 'created', instanceId: record.instanceId, outputs }).catch(() => undefined);
  return { ...record, outputs };
}

type CreateSeed = Pick<
  CreatingRecord,
  'address' | 'kind' | 'inputs' | 'dependsOn' | 'retain' | 'instanceId' | 'incarnation' | 'variant' | 'attempt'
> &
  Pick<Declaration, 'within'>;

async function appendCreate(work: Work, seed: CreateSeed): Promise<void> {
  const { address, kind, inputs, dependsOn, within, retain, instanceId, incarnation, variant, attempt } = seed;
  const identity = { type: 'create', address, kind, instanceId, incarnation } as const;
  const entry = { ...identity, inputs, dependsOn, within, retain, variant, attempt };
  const lot = work.typeOf(kind, address).lotOf?.(inputs);
  if (lot === undefined) await work.journal.append(entry);
  else await work.lots.open([kind, lot, variant, attempt].join(' '), entry);
}

function creating(work: Work, instanceId: CreatingRecord['instanceId']): CreatingRecord {
  const record = work.record(instanceId);
  if (record.status === 'creating') return record;
  throw problem('internal', { address: record.address, detail: 'A create intent did not open its record.' });
}
