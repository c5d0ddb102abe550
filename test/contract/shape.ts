/** What an answer is made of: the types that are seen at each place, such as `Vpcs[].VpcId` → `string`. */
export type Shape = Map<string, Set<string>>;

/** Adds what is seen of one answer more. */
export function addTo(shape: Shape, value: unknown, place = ''): void {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) addTo(shape, item, `${place}[]`);
    return;
  }
  if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key !== '$metadata') addTo(shape, member, place === '' ? key : `${place}.${key}`);
    }
    return;
  }
  const types = shape.get(place) ?? new Set();
  shape.set(place, types.add(typeOf(value)));
}

/** Plain data, which can be looked into; what the SDK has classes for is one thing. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || 'transformToString' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function typeOf(value: unknown): string {
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'object' ? 'stream' : typeof value;
}

/** A view of an answer that tells which places in it are looked at. */
export function watched<Value>(value: Value, looked: (place: string) => void): Value;
export function watched(value: unknown, looked: (place: string) => void): unknown {
  return view(value, '', looked);
}

function view(value: unknown, place: string, looked: (place: string) => void): unknown {
  if (Array.isArray(value)) return value.map((item) => view(item, `${place}[]`, looked));
  if (!isRecord(value)) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || key === 'then' || key === '$metadata') return member;
      const there = place === '' ? key : `${place}.${key}`;
      if (!isRecord(member) && !Array.isArray(member)) looked(there);
      return view(member, there, looked);
    },
  });
}
