import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';

/** From here and from where this is built to, the same steps lead to them. */
const LOOKS = new URL('../../cloud-init/looks/', import.meta.url);

/** What a machine can be asked. */
export type Look = 'units' | 'overlay' | 'etcd' | 'health' | 'security' | 'etcd-snapshot' | 'etcd-restore';

/** The script that answers, for the standard input of a shell on the machine: it needs nothing that was put there before. */
export function readLook(files: Pick<Files, 'read'>, look: Look): Promise<string> {
  return files.read(fileURLToPath(new URL(`${look}.sh`, LOOKS)));
}

const HEADING = /^--- (\S+)$/;

/** What it answers, by the headings that the script gives it. */
export function sectionsOf(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const name = HEADING.exec(line)?.[1];
    if (name === undefined) current.push(line);
    else sections.set(name, (current = []));
  }
  return new Map([...sections].map(([name, lines]) => [name, lines.join('\n').trim()]));
}
