import { FINDING_CATALOGUE, type FindingCode } from './finding-catalogue.ts';

/** What is wrong with one value, before it is known where it stands. */
export interface Flaw {
  readonly code: FindingCode;
  /** A sentence with the values of this case. Never a secret. */
  readonly what: string;
  /** What to write instead, as a sentence. */
  readonly instead?: string | undefined;
}

/** A flaw in its place. */
export interface Finding extends Flaw {
  /** `nodes.worker.count`, `zones[1]`; empty for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How much of the line is meant. */
  readonly length: number;
}

export function isError({ code }: Pick<Finding, 'code'>): boolean {
  return FINDING_CATALOGUE[code].severity === 'error';
}

export function pathOf(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}
