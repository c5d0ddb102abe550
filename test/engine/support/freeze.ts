import { Secret } from '#std/secret.ts';

/** Freezes a value to the bottom: whoever writes to it is found out. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const members = value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value);
  for (const member of members) deepFreeze(member);
  return value;
}
