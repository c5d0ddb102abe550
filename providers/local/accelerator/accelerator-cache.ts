import { z } from 'zod';
import type { Architecture } from '#provider/catalogue.ts';
import { unlessAbsent } from '../acts.ts';
import type { LocalWorld } from '../local-world.ts';
import type { Measurement } from './measure.ts';

const Finding = z.strictObject({
  architecture: z.enum(['amd64', 'arm64']),
  /** Its version. */
  qemu: z.string(),
  measured: z
    .array(
      z.strictObject({
        name: z.enum(['kvm', 'hvf', 'tcg']),
        measuredMs: z.number().positive().optional(),
        why: z.string().optional(),
      }),
    )
    .readonly(),
});

const Findings = z.strictObject({ format: z.literal(1), bootId: z.string(), found: z.array(Finding).readonly() });
type Findings = z.output<typeof Findings>;

export interface Circumstances {
  readonly bootId: string;
  readonly qemu: string;
  readonly architecture: Architecture;
}

type Ground = Pick<LocalWorld, 'files' | 'disk'>;

/** Undefined: nothing has been found out under these circumstances. */
export async function readFinding(
  { files }: Pick<Ground, 'files'>,
  path: string,
  { bootId, qemu, architecture }: Circumstances,
): Promise<readonly Measurement[] | undefined> {
  const known = await read(files, path);
  if (known?.bootId !== bootId) return undefined;
  return known.found.find((finding) => finding.qemu === qemu && finding.architecture === architecture)?.measured;
}

export async function keepFinding(
  { files, disk }: Ground,
  path: string,
  { bootId, qemu, architecture }: Circumstances,
  measured: readonly Measurement[],
): Promise<void> {
  const known = await read(files, path);
  const earlier = known?.bootId === bootId ? known.found : [];
  const others = earlier.filter((finding) => finding.architecture !== architecture);
  const findings: Findings = { format: 1, bootId, found: [...others, { architecture, qemu, measured }] };
  await disk.write(path, new TextEncoder().encode(`${JSON.stringify(findings, undefined, 2)}\n`));
}

/** What cannot be read is found out anew. */
async function read(files: Ground['files'], path: string): Promise<Findings | undefined> {
  const text = await unlessAbsent(() => files.read(path));
  if (text === undefined) return undefined;
  try {
    return Findings.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
