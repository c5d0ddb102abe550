import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';

/** From here and from where this is built to, the same steps lead to it. */
const STUB = fileURLToPath(new URL('../../cloud-init/stub.sh', import.meta.url));

/** The program that brings a machine its scripts. It travels in the user-data. */
export function readNodeStub(files: Pick<Files, 'read'>): Promise<string> {
  return files.read(STUB);
}
