import { dirname, join } from 'node:path';
import { problem } from '#engine/problem.ts';
import type { Architecture } from '#provider/catalogue.ts';
import type { LocalWorld } from '../local-world.ts';
import type { InstalledQemu } from '../qemu/installed-qemu.ts';
import { versionText } from '../qemu/qemu-version.ts';
import { keepFinding, readFinding } from './accelerator-cache.ts';
import type { AcceleratorName } from './accelerator-name.ts';
import { type Measurement, measureAll } from './measure.ts';
import { probeOf } from './probe.ts';

export interface Accelerator {
  readonly name: AcceleratorName;
  /** How many times slower than with hardware that does it well; 1 or more. */
  readonly factor: number;
  /** How long a machine may say nothing before its hello, and until it is taken to hang. */
  readonly patienceMs: number;
  /** All that were tried, with what came of it. */
  readonly measured: readonly Measurement[];
  /** What was found out holds for this start of the workstation. */
  readonly bootId: string;
}

type Ground = Pick<LocalWorld, 'clock' | 'disk' | 'files' | 'host' | 'programs'>;

/** What a machine takes from its start to its hello, with hardware and beside a few others. */
const HELLO_MS = 30_000;
const PATIENCE_MS_MIN = 120_000;
const PATIENCE_MS_MAX = 600_000;

/**
 * What runs machines best here. That is tried out, once for each start of the workstation and each version of QEMU: there
 * are systems that offer hardware virtualisation and then crawl, or hang.
 */
export async function probeAccelerator(world: Ground, cachePath: string, qemu: InstalledQemu): Promise<Accelerator> {
  const { architecture, version, title } = qemu;
  const bootId = await world.host.bootId();
  const circumstances = { bootId, qemu: versionText(version), architecture };
  const known = await readFinding(world, cachePath, circumstances);
  if (known !== undefined) return judged(known, circumstances);
  const probe = probeOf(architecture);
  const image = join(dirname(cachePath), `probe-${architecture}.img`);
  await world.files.makeDirectory(dirname(cachePath));
  await world.disk.write(image, probe.bytes);
  const measured = await measureAll(world, { probe, image, qemu, names: await candidates(world, architecture) });
  if (measured.every(({ measuredMs }) => measuredMs === undefined)) {
    const reasons = measured.map(({ name, why }) => `${name}: ${why}`).join('; ');
    throw problem('local.qemu-failed', {
      detail: `${title} cannot run a machine for ${architecture} here. ${reasons}`,
    });
  }
  await keepFinding(world, cachePath, circumstances, measured);
  return judged(measured, circumstances);
}

function judged(
  measured: readonly Measurement[],
  { bootId, architecture }: { readonly bootId: string; readonly architecture: Architecture },
): Accelerator {
  const [best] = measured.toSorted((left, right) => timeOf(left) - timeOf(right));
  const { name, measuredMs = 0 } = best ?? { name: 'tcg' as const };
  const factor = Math.max(1, measuredMs / probeOf(architecture).wellDoneMs);
  const patienceMs = Math.min(Math.max(HELLO_MS * factor, PATIENCE_MS_MIN), PATIENCE_MS_MAX);
  return { name, factor, patienceMs, measured, bootId };
}

function timeOf({ measuredMs }: Measurement): number {
  return measuredMs ?? Number.POSITIVE_INFINITY;
}

const KVM = '/dev/kvm';

/** Hardware only runs machines of its own kind. Whether it may be used shows when it is. */
async function candidates(
  { host, disk }: Pick<Ground, 'host' | 'disk'>,
  architecture: Architecture,
): Promise<readonly AcceleratorName[]> {
  if (host.architecture !== architecture) return ['tcg'];
  if (host.platform === 'darwin') return ['hvf', 'tcg'];
  return (await disk.size(KVM)) === undefined ? ['tcg'] : ['kvm', 'tcg'];
}
