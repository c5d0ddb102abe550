import { dirname, join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { type Files, isFileError, unlessAbsent } from '#std/files.ts';
import { sha256Hex } from '#std/hash.ts';
import type { CaredMachines } from './cared-machines.ts';
import type { AppPorts } from './ports.ts';

type Ports = Pick<AppPorts, 'files' | 'environment'>;

/**
 * What SSH is told to identify itself with on machines that know the operator by his own key: the file beside its public
 * half, or that half alone, for which an agent has the other.
 */
export async function ownSshKey(
  ports: Ports,
  { cluster, publicKey }: Pick<CaredMachines, 'cluster' | 'publicKey'>,
): Promise<string> {
  if (publicKey === undefined) {
    throw problem('machine.keyless', { detail: `${cluster.known.name} was made without access.sshPublicKey.` });
  }
  const found = await publicFileOf(ports, publicKey);
  if (found === undefined) {
    const path = cluster.places.operatorKey(sha256Hex(publicKey));
    await createOnce(ports, path, `${publicKey.trim()}\n`);
    return path;
  }
  const own = found.replace(/\.pub$/, '');
  return (await unlessAbsent(() => ports.files.modifiedMs(own))) === undefined ? found : own;
}

/** Its name follows from what is in it: whoever was faster has written the same. */
async function createOnce({ files }: Ports, path: string, text: string): Promise<void> {
  await files.makeDirectory(dirname(path));
  try {
    await files.create(path, text);
  } catch (error) {
    if (!isFileError(error, 'exists')) throw error;
  }
}

/** Where everybody keeps them. */
async function publicFileOf({ files, environment }: Ports, publicKey: string): Promise<string | undefined> {
  const directory = join(environment.home, '.ssh');
  const entries = (await unlessAbsent(() => files.list(directory))) ?? [];
  for (const { name, isDirectory } of entries) {
    if (isDirectory || !name.endsWith('.pub')) continue;
    const path = join(directory, name);
    if (isSameKey(await readIfThere(files, path), publicKey)) return path;
  }
  return undefined;
}

async function readIfThere(files: Pick<Files, 'read'>, path: string): Promise<string> {
  return (await unlessAbsent(() => files.read(path))) ?? '';
}

/** Whatever the comments behind them say. */
function isSameKey(one: string, other: string): boolean {
  const words = (text: string): string => text.trim().split(/\s+/).slice(0, 2).join(' ');
  return words(one) === words(other);
}
