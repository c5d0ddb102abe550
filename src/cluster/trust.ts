import { z } from 'zod';
import { type Address, parseAddress } from '#engine/address.ts';
import type { ResourceRecord, Snapshot } from '#engine/record.ts';

export const RotationPhase = z.enum(['introduce', 'sign', 'forget', 'end']);
export type RotationPhase = z.output<typeof RotationPhase>;

/** Whom machines are to believe for one purpose, and who signs. Authorities are counted from 1 on: the first, its successor … */
export interface Trust {
  readonly believed: readonly number[];
  readonly signs: number;
  /** Undefined: no authority is taking the place of another. */
  readonly phase: RotationPhase | undefined;
}

/** By purpose. */
export type Trusts = ReadonlyMap<string, Trust>;

/** Before there is any authority. */
export const FIRST_TRUST: Trust = { believed: [1], signs: 1, phase: undefined };

/** Signs what workloads show. It is known to machines by their welcome alone, so no other can take its place yet. */
export const SERVICE_ACCOUNT = 'service-account';

const NOBODY: ReadonlySet<string> = new Set();

/** As the state has it, and nothing else; `begins`: for which purposes a successor is to be made, where none is under way. */
export function trustsIn(snapshot: Pick<Snapshot, 'records' | 'current'>, begins = NOBODY): Trusts {
  const numbers = new Map<string, Set<number>>();
  for (const record of snapshot.records.values()) {
    const { purpose, number } = authorityOf(record) ?? {};
    if (purpose !== undefined && number !== undefined)
      numbers.set(purpose, (numbers.get(purpose) ?? new Set()).add(number));
  }
  const trusts = [...numbers].map(([purpose, those]): [string, Trust] => {
    const there = [...those].toSorted((left, right) => left - right);
    return [purpose, trustOf(there, rotationAt(snapshot, purpose), begins.has(purpose))];
  });
  return new Map(trusts);
}

interface Rotation {
  readonly phase: RotationPhase;
  /** Every machine has confirmed what the phase asks of it. */
  readonly isConfirmed: boolean;
}

/**
 * Each phase begins when every machine has confirmed the one before: so nobody ever shows what somebody else does not believe.
 *
 * | phase     | the state has                                                     | believed | signs   |
 * |-----------|-------------------------------------------------------------------|----------|---------|
 * |           | one authority                                                     | it       | it      |
 * | introduce | two, and not all have confirmed that they believe both            | both     | the old |
 * | sign      | two, and not all have confirmed that they show what the new has signed | both | the new |
 * | forget    | two, and all have confirmed that                                  | the new  | the new |
 * | end       | one, and still word of the rotation                               | it       | it      |
 */
function trustOf(there: readonly number[], rotation: Rotation | undefined, begins: boolean): Trust {
  const [oldest = 1] = there;
  const newest = there.at(-1) ?? oldest;
  if (oldest === newest) {
    if (rotation !== undefined) return { believed: [newest], signs: newest, phase: 'end' };
    if (!begins) return { believed: [newest], signs: newest, phase: undefined };
    return { believed: [newest, newest + 1], signs: newest, phase: 'introduce' };
  }
  const phase = phaseAfter(rotation);
  switch (phase) {
    case 'introduce':
      return { believed: there, signs: oldest, phase };
    case 'sign':
      return { believed: there, signs: newest, phase };
    case 'forget':
      return { believed: [newest], signs: newest, phase };
  }
}

function phaseAfter(rotation: Rotation | undefined): Exclude<RotationPhase, 'end'> {
  if (rotation === undefined) return 'introduce';
  const { phase, isConfirmed } = rotation;
  if (phase === 'introduce') return isConfirmed ? 'sign' : 'introduce';
  if (phase === 'sign') return isConfirmed ? 'forget' : 'sign';
  return 'forget';
}

const Told = z.object({ phase: RotationPhase });

function rotationAt(snapshot: Pick<Snapshot, 'current'>, purpose: string): Rotation | undefined {
  const record = snapshot.current(rotationAddress(purpose));
  const told = Told.safeParse(record?.inputs);
  return told.success ? { phase: told.data.phase, isConfirmed: record?.status === 'ready' } : undefined;
}

const AUTHORITY = /^authority\.([a-z][a-z-]*)(?:\.(\d+))?$/;

/** Undefined: the record is of something else. */
export function authorityOf({ address, kind }: Pick<ResourceRecord, 'address' | 'kind'>) {
  const [, purpose, number = '1'] = (kind === 'authority' && AUTHORITY.exec(address)) || [];
  return purpose === undefined ? undefined : { purpose, number: Number(number) };
}

export function authorityAddress(purpose: string, number: number): Address {
  return parseAddress(number === 1 ? `authority.${purpose}` : `authority.${purpose}.${number}`);
}

export function rotationAddress(purpose: string): Address {
  return parseAddress(`rotation.${purpose}`);
}
