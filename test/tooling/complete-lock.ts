import { type Binding, type Lock, type LockEntry, listBindings, locationsFrom, platformFromName } from './lock.ts';

/** What the registry says of one version of a package, in the words of a lock. */
export type Manifest = Pick<LockEntry, 'integrity' | 'license' | 'os' | 'cpu' | 'libc' | 'engines'>;
export type AskRegistry = (name: string, version: string) => Promise<Manifest | undefined>;

/**
 * The lock with an entry for every optional dependency. npm leaves out a native binding that the registry it asked did
 * not serve; on the platform that needs it `npm ci` then fails, or installs a tool without its binary.
 */
export async function completeLock(lock: Lock, askRegistry: AskRegistry): Promise<Lock> {
  const packages: Record<string, LockEntry> = { ...lock.packages };
  for (const binding of listBindings(lock).filter(({ location }) => location === undefined)) {
    const manifest = await askRegistry(binding.name, binding.version);
    packages[homeOf(binding, lock)] = entryOf(binding, lock, manifest);
  }
  return { ...lock, packages };
}

/** Beside the bindings the owner already has, so that all of them are found in the same place. */
function homeOf({ owner, name }: Binding, lock: Lock): string {
  const siblings = listBindings(lock).filter((sibling) => sibling.owner === owner && sibling.location !== undefined);
  const beside = siblings.map((sibling) => sibling.location?.slice(0, -sibling.name.length) + name);
  const free = [...beside, ...locationsFrom(owner, name)].find((location) => lock.packages[location] === undefined);
  if (free === undefined) throw new Error(`no place in the lock for ${name} of ${owner}`);
  return free;
}

function entryOf({ owner, name, version }: Binding, lock: Lock, manifest: Manifest | undefined): LockEntry {
  const { dev, peer, license } = lock.packages[owner] ?? {};
  const platform = platformFromName(name);
  const known: Manifest | undefined = manifest ?? (platform && { license, ...platform });
  if (known === undefined) throw new Error(`neither the registry nor its name tells the platform of ${name}`);
  const { integrity, cpu, libc, os, engines } = known;
  return { version, integrity, cpu, dev, libc, license: known.license, optional: true, os, peer, engines };
}
