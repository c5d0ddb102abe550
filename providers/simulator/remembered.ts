/**
 * A pure function of what never changes, worked out once for each first argument as long as the second stays the same:
 * what follows from a machine is asked for at every look.
 */
export function remembered<First extends object, Second, Value>(
  derive: (first: First, second: Second) => Value,
): (first: First, second: Second) => Value {
  const known = new WeakMap<First, { readonly second: Second; readonly value: Value }>();
  return (first, second) => {
    const last = known.get(first);
    if (last !== undefined && last.second === second) return last.value;
    const value = derive(first, second);
    known.set(first, { second, value });
    return value;
  };
}
