import { fileURLToPath } from 'node:url';
import type { Files } from '#std/files.ts';

/** From here and from where this is built to, the same steps lead to them. */
const STUBS = new URL('../../cloud-init/', import.meta.url);

type Reading = Pick<Files, 'read'>;

/** The program that brings a machine its scripts from a mailbox that has a URL. It travels in the user-data. */
export function readNodeStub(files: Reading): Promise<string> {
  return files.read(fileURLToPath(new URL('stub.sh', STUBS)));
}

/**
 * The same for a mailbox in a bucket: `bucket.py`, packed as cloud-init unpacks it. It was packed once, for what a
 * compressor makes differs from one version of it to the next, and a machine is replaced when its user-data is another.
 */
export async function readBucketStub(files: Reading): Promise<string> {
  return (await files.read(fileURLToPath(new URL('bucket.py.gz.b64', STUBS)))).trim();
}
