import { join } from 'node:path';
import { type Files, isFileError } from '#std/files.ts';
import { UsageError } from './usage-error.ts';

export interface FoundKey {
  readonly path: string;
  readonly text: string;
}

/** Best first. */
const KINDS = ['ssh-ed25519', 'ssh-rsa'];

/** The operator's public keys, where everybody keeps them. */
export async function findSshKeys(files: Files, home: string): Promise<readonly FoundKey[]> {
  const directory = join(home, '.ssh');
  const found: FoundKey[] = [];
  for (const name of await publicFiles(files, directory)) {
    const path = join(directory, name);
    const text = await readKey(files, path);
    if (text !== undefined && KINDS.includes(kindOf(text))) found.push({ path, text });
  }
  return found.toSorted((one, other) => KINDS.indexOf(kindOf(one.text)) - KINDS.indexOf(kindOf(other.text)));
}

/** A key as it was given: itself, or the file it is in. */
export async function readSshKey(files: Files, given: string): Promise<string> {
  if (given.startsWith('ssh-') && given.includes(' ')) return given;
  const text = await readKey(files, given);
  if (text === undefined) throw new UsageError(`${given} cannot be read.`);
  if (text.includes('PRIVATE KEY'))
    throw new UsageError(`${given} is a private key; the public one has .pub at its end.`);
  return text;
}

/** `ssh-ed25519 …6hQz you@workstation` */
export function describeKey(text: string): string {
  const [kind = '', body = '', ...comment] = text.split(' ');
  return [kind, `…${body.slice(-6)}`, ...comment].join(' ').trim();
}

async function publicFiles(files: Files, directory: string): Promise<readonly string[]> {
  try {
    const entries = await files.list(directory);
    return entries.flatMap(({ name, isDirectory }) => (!isDirectory && name.endsWith('.pub') ? [name] : [])).toSorted();
  } catch (error) {
    if (isFileError(error, 'absent') || isFileError(error, 'denied')) return [];
    throw error;
  }
}

async function readKey(files: Files, path: string): Promise<string | undefined> {
  try {
    return (await files.read(path)).trim();
  } catch (error) {
    if (isFileError(error, 'absent') || isFileError(error, 'denied')) return undefined;
    throw error;
  }
}

function kindOf(text: string): string {
  return text.split(' ', 1)[0] ?? '';
}
