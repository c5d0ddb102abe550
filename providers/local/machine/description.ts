import { z } from 'zod';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';

const port = z.int().min(1).max(65_535);

const Forward = z.strictObject({ guestPort: port, hostPort: port });

/** What a machine was made as: all that starting it again needs, whatever becomes of the cluster file. */
const Description = z.strictObject({
  format: z.literal(1),
  /** For people, in lists of processes. */
  title: z.string(),
  uuid: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  type: z.string(),
  vcpus: z.int().positive(),
  memoryMiB: z.int().positive(),
  zone: z.string(),
  imageId: z.string(),
  systemDiskGiB: z.int().positive(),
  dataDisksGiB: z.array(z.int().positive()).readonly(),
  mac: z.strictObject({ outside: z.string(), segment: z.string() }),
  privateAddress: z.string(),
  segmentSocket: z.string(),
  isOffline: z.boolean(),
  forwards: z.array(Forward).readonly(),
  /** Of its last start; absent: it has never been started. */
  started: z
    .strictObject({ bootId: z.string(), atMs: z.number(), accelerator: z.string(), patienceMs: z.number() })
    .optional(),
});
export type Description = Readonly<z.output<typeof Description>>;
export type Forward = Readonly<z.output<typeof Forward>>;

type Ground = Pick<LocalWorld, 'files' | 'disk'>;

/** Undefined: there is none, or only the beginning of one. */
export async function readDescription(
  { files }: Pick<LocalWorld, 'files'>,
  path: string,
): Promise<Description | undefined> {
  const text = await unlessAbsent(() => files.read(path));
  return text === undefined ? undefined : Description.parse(JSON.parse(text));
}

export async function writeDescription({ disk }: Ground, path: string, description: Description): Promise<void> {
  await disk.write(path, new TextEncoder().encode(`${JSON.stringify(description, undefined, 2)}\n`));
}
