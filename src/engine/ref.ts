import { Secret } from '#std/secret.ts';
import { isAddress, type Address } from './address.ts';

/** An output of another resource, known after apply. Using one in inputs makes the edge. */
export interface Ref<T> {
  readonly $ref: Address;
  readonly output: string;
  /** Carries the type only; never present at run time. */
  readonly __type?: T;
}

/** Inputs as a blueprint writes them: any value may be a Ref to one of its type. */
export type Input<T> =
  | Ref<T>
  | (unknown extends T
      ? T
      : T extends Secret | string | number | boolean | null | undefined
        ? T
        : T extends readonly (infer Item)[]
          ? readonly Input<Item>[]
          : { readonly [Key in keyof T]: Input<T[Key]> });

export function isRef(value: unknown): value is Ref<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    '$ref' in value &&
    typeof value.$ref === 'string' &&
    isAddress(value.$ref) &&
    'output' in value &&
    typeof value.output === 'string'
  );
}

/** Stands where a value will be once the referenced resource exists. */
export const KNOWN_AFTER_APPLY = Symbol('known after apply');

export type Lookup = (ref: Ref<unknown>) => unknown;

/** The inputs with every Ref replaced by what `lookup` gives for it. */
export function resolveRefs(value: unknown, lookup: Lookup): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Secret) return value;
  if (isRef(value)) return lookup(value);
  if (Array.isArray(value)) return value.map((item) => resolveRefs(item, lookup));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveRefs(item, lookup)]));
}

export function collectRefs(value: unknown): readonly Ref<unknown>[] {
  const found: Ref<unknown>[] = [];
  resolveRefs(value, (ref) => found.push(ref));
  return found;
}

export function hasUnknown(value: unknown): boolean {
  if (value === KNOWN_AFTER_APPLY) return true;
  if (value === null || typeof value !== 'object' || value instanceof Secret) return false;
  return Object.values(value).some(hasUnknown);
}
