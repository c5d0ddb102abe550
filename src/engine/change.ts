import { z } from 'zod';
import { isAddress, isInstanceId } from './address.ts';
import { Declaration } from './declaration.ts';

const address = z.string().refine(isAddress);
const instanceId = z.string().refine(isInstanceId);
const names = z.array(z.string()).readonly();

/** Why a change is in the plan: for the reader; the one thing decided by it is what a needless change may be spared. */
export const Because = z.discriminatedUnion('reason', [
  z.strictObject({ reason: z.literal('declared') }),
  z.strictObject({ reason: z.literal('interrupted'), while: z.enum(['creating', 'updating', 'destroying']) }),
  z.strictObject({ reason: z.literal('vanished') }),
  z.strictObject({ reason: z.literal('inputs-changed'), inputs: names }),
  z.strictObject({ reason: z.literal('declaration-changed') }),
  z.strictObject({ reason: z.literal('drifted'), outputs: names }),
  z.strictObject({ reason: z.literal('broken'), detail: z.string() }),
  z.strictObject({ reason: z.literal('dependency-changes'), inputs: names }),
  z.strictObject({ reason: z.literal('host-replaced'), host: address }),
  z.strictObject({ reason: z.literal('host-goes'), host: address }),
  z.strictObject({ reason: z.literal('not-declared') }),
  z.strictObject({ reason: z.literal('superseded') }),
  z.strictObject({ reason: z.literal('retained') }),
  z.strictObject({ reason: z.literal('restored') }),
  z.strictObject({ reason: z.literal('adoption-asked'), id: z.string() }),
  z.strictObject({ reason: z.literal('unreachable'), detail: z.string() }),
  z.strictObject({ reason: z.literal('unchanged') }),
]);
export type Because = Readonly<z.output<typeof Because>>;

const base = { address, kind: z.string(), because: Because };
const upward = { ...base, declaration: Declaration };

/** `instanceId`: the open intent to take up again, or the record of the object that vanished. */
const Create = z.strictObject({ action: z.literal('create'), ...upward, instanceId: instanceId.optional() });
const Adopt = z.strictObject({ action: z.literal('adopt'), ...upward, id: z.string() });
const Keep = z.strictObject({ action: z.literal('keep'), ...upward, instanceId });
const Update = z.strictObject({ action: z.literal('update'), ...upward, instanceId });
const Replace = z.strictObject({
  action: z.literal('replace'),
  ...upward,
  instanceId,
  order: z.enum(['create-first', 'destroy-first']),
  /** What becomes of the old object: one inside a host that goes is left to go with it. */
  old: z.enum(['destroy', 'abandon']),
});
const Destroy = z.strictObject({ action: z.literal('destroy'), ...base, instanceId });
const Abandon = z.strictObject({ action: z.literal('abandon'), ...base, instanceId });
/** Not declared any more, but out of reach: nothing is done to it until it answers. */
const Leave = z.strictObject({ action: z.literal('leave'), ...base, instanceId });

/** One line of a plan. */
export const Change = z.discriminatedUnion('action', [Create, Adopt, Keep, Update, Replace, Destroy, Abandon, Leave]);
export type Change = Readonly<z.output<typeof Change>>;
export type ChangeAction = Change['action'];

type ChangeOf<Action extends ChangeAction> = Extract<Change, { readonly action: Action }>;
export type CreateChange = ChangeOf<'create'>;
export type AdoptChange = ChangeOf<'adopt'>;
export type UpdateChange = ChangeOf<'update'>;
export type ReplaceChange = ChangeOf<'replace'>;
/** Makes or keeps a declared resource. */
export type UpwardChange = ChangeOf<'create' | 'adopt' | 'keep' | 'update' | 'replace'>;
/** Ends, or leaves alone, an object that is not declared any more. */
export type DownwardChange = ChangeOf<'destroy' | 'abandon' | 'leave'>;

export function isUpward(change: Change): change is UpwardChange {
  return 'declaration' in change;
}

/** Whether the old object is ended before the new one is made. */
export function goesFirst(change: Change): boolean {
  return change.action === 'replace' && change.order === 'destroy-first';
}

/** Whether carrying it out may do anything at all. */
export function isPending({ action }: Change): boolean {
  return action !== 'keep' && action !== 'leave';
}

export function explain(because: Because): string {
  switch (because.reason) {
    case 'declared':
      return 'declared and not there yet';
    case 'interrupted':
      return `an earlier run stopped while ${because.while} it`;
    case 'vanished':
      return 'it was there and is gone';
    case 'inputs-changed':
      return `${list(because.inputs)} changed`;
    case 'declaration-changed':
      return 'its place among the other resources changed';
    case 'drifted':
      return `${list(because.outputs)} changed outside of this program`;
    case 'broken':
      return because.detail;
    case 'dependency-changes':
      return `${list(because.inputs)} known after apply`;
    case 'host-replaced':
      return `${because.host}, which it lives in, is replaced`;
    case 'host-goes':
      return `it lives in ${because.host}, which goes`;
    case 'not-declared':
      return 'no longer declared';
    case 'superseded':
      return 'a newer instance has taken its place';
    case 'retained':
      return 'no longer declared; it is to be retained';
    case 'restored':
      return 'an earlier instance fits what is declared';
    case 'adoption-asked':
      return `adoption of ${because.id} was asked for`;
    case 'unreachable':
      return `it cannot be reached: ${because.detail}`;
    case 'unchanged':
      return 'nothing differs';
  }
}

function list(words: readonly string[]): string {
  return words.join(', ');
}
