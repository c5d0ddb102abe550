import { Secret } from './secret.ts';

/** Deep equality of plain data: key order and undefined members do not matter, secrets compare by value. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (!isObject(left) || !isObject(right)) return false;
  if (left instanceof Secret) return right instanceof Secret && left.reveal() === right.reveal();
  if (Array.isArray(left)) return Array.isArray(right) && sameItems(left, right);
  if (right instanceof Secret || Array.isArray(right)) return false;
  return differingKeys(left, right).length === 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
}

/** The top-level keys whose values differ. */
export function differingKeys(left: object, right: object): readonly string[] {
  const leftEntries = new Map(Object.entries(left));
  const rightEntries = new Map(Object.entries(right));
  const keys = new Set([...leftEntries.keys(), ...rightEntries.keys()]);
  return [...keys].filter((key) => !sameValue(leftEntries.get(key), rightEntries.get(key)));
}
