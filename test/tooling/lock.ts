import { z } from 'zod';

const words = z.array(z.string()).readonly().optional();

const LockEntry = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  peer: z.boolean().optional(),
  optional: z.boolean().optional(),
  license: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  integrity: z.string().optional(),
  os: words,
  cpu: words,
  libc: words,
  engines: z.record(z.string(), z.string()).optional(),
});

const Lock = z.looseObject({ packages: z.record(z.string(), LockEntry) });

export type LockEntry = z.output<typeof LockEntry>;
export type Lock = z.output<typeof Lock>;

/** One optional dependency of one locked package, and where the lock holds it. */
export interface Binding {
  readonly owner: string;
  readonly name: string;
  readonly version: string;
  /** The key of its entry in the lock; undefined when the lock lacks it. */
  readonly location: string | undefined;
}

export interface Platform {
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc?: readonly string[];
}

const systems = new Set('aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '));

const libraries: ReadonlyMap<string, string> = new Map([
  ['gnu', 'glibc'],
  ['musl', 'musl'],
]);

export function parseLock(text: string): Lock {
  return Lock.parse(JSON.parse(text));
}

/** The text npm itself would write, so that its next install changes nothing. */
export function printLock(lock: Lock): string {
  return `${JSON.stringify(lock, (_key, value: unknown) => (isTable(value) ? inOrderOfNpm(value) : value), 2)}\n`;
}

const leadingKeys = [
  'name',
  'version',
  'lockfileVersion',
  'resolved',
  'integrity',
  'requires',
  'packages',
  'dependencies',
];

/** Plain values and lists before tables; among each some keys lead, the rest go by name. */
function inOrderOfNpm(table: object): object {
  const rank = ([key, value]: readonly [string, unknown]): number => {
    const leading = leadingKeys.indexOf(key);
    return (isTable(value) ? 100 : 0) + (leading === -1 ? leadingKeys.length : leading);
  };
  return Object.fromEntries(
    Object.entries(table).toSorted((left, right) => rank(left) - rank(right) || left[0].localeCompare(right[0], 'en')),
  );
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every optional dependency that any locked package asks for. */
export function listBindings({ packages }: Lock): readonly Binding[] {
  return Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies).map(([name, version]) => ({
      owner,
      name,
      version,
      location: locationsFrom(owner, name).find((location) => serves(packages[location], version)),
    })),
  );
}

/** A binding is asked for by its exact version; the few ranges there are were resolved by npm. */
function serves(entry: LockEntry | undefined, wanted: string): boolean {
  return entry !== undefined && (entry.version === wanted || !/^\d/.test(wanted));
}

/** Where Node looks for a package from inside another one: nearest first. */
export function locationsFrom(owner: string, name: string): readonly string[] {
  const outer = owner.lastIndexOf('node_modules/');
  const here = `${owner === '' ? '' : `${owner}/`}node_modules/${name}`;
  return outer === -1 ? [here] : [here, ...locationsFrom(owner.slice(0, outer).replace(/\/$/, ''), name)];
}

/** The platform a native binding is named after: `binding-linux-arm64-musl`; undefined when the name tells none. */
export function platformFromName(name: string): Platform | undefined {
  const parts = name.split(/[/-]/);
  const index = parts.findIndex((part) => systems.has(part));
  const [system, processor, suffix = ''] = parts.slice(index);
  if (index === -1 || system === undefined || processor === undefined) return undefined;
  const library = system === 'linux' ? libraries.get(suffix) : undefined;
  return { os: [system], cpu: [processor], ...(library === undefined ? {} : { libc: [library] }) };
}
