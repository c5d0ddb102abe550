import { TOY_RULES, type ToyKind, type ToyValues } from './toy-rules.ts';

export interface ToyOwner {
  readonly cluster: string;
  readonly instanceId: string;
}

/** One object of the toy cloud at one moment. Its phase follows from the time alone, so nothing runs in the background. */
export interface ToyObject {
  readonly id: string;
  readonly kind: ToyKind;
  readonly values: ToyValues;
  readonly owner: ToyOwner | undefined;
  readonly zone: string;
  readonly createdAtMs: number;
  readonly readyAtMs: number;
  readonly breaksAtMs: number | undefined;
  readonly removedAtMs: number | undefined;
  readonly goneAtMs: number | undefined;
}

export type Phase = 'pending' | 'running' | 'broken' | 'going' | 'gone';

interface Version {
  readonly atMs: number;
  readonly object: ToyObject;
}

/** An object with what reads may still see of its past, oldest first. */
export interface Entry {
  versions: readonly Version[];
}

export function phaseAt(object: ToyObject, atMs: number): Phase {
  const { removedAtMs, goneAtMs, breaksAtMs, readyAtMs } = object;
  if (removedAtMs !== undefined && goneAtMs !== undefined) return atMs < goneAtMs ? 'going' : 'gone';
  if (breaksAtMs !== undefined && atMs >= breaksAtMs) return 'broken';
  return atMs < readyAtMs ? 'pending' : 'running';
}

export function newest({ versions }: Entry): ToyObject {
  const version = versions.at(-1);
  if (version === undefined) throw new RangeError('An entry without a version.');
  return version.object;
}

/** What a read sees that is behind: undefined before the object's creation. */
export function versionAsOf({ versions }: Entry, asOfMs: number): ToyObject | undefined {
  return versions.findLast((version) => version.atMs <= asOfMs)?.object;
}

export function isUnlisted(object: ToyObject, atMs: number): boolean {
  const { goneAtMs, kind } = object;
  return goneAtMs !== undefined && atMs >= goneAtMs + TOY_RULES[kind].listedAfterMs;
}
