import { z } from 'zod';
import type { PreflightFinding, PreflightRequest } from '#provider/preflight.ts';
import type { LocalSession } from './local-session.ts';
import { isProblem } from '#engine/problem.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** QEMU's own share of a machine, and what the workstation is left with. */
const OVERHEAD_MIB = 100;
const SPARE_MIB = 512;
/** What a machine writes on its disks by the time that it is ready, which is far less than it may have. */
const WRITTEN_BYTES = 2 * GIB;
/** From this on people should know that it is slow. */
const SLOW_FACTOR = 3;

const Machine = z.looseObject({ memoryMiB: z.number(), architecture: z.enum(['amd64', 'arm64']) });
type Machine = z.output<typeof Machine>;

/** Whether the workstation can carry what is planned, before anything is started. */
export async function localPreflight(
  session: LocalSession,
  { plan }: PreflightRequest,
): Promise<readonly PreflightFinding[]> {
  const machines = plan.changes.flatMap((change): readonly Machine[] => {
    if (change.kind !== 'local.machine' || (change.action !== 'create' && change.action !== 'replace')) return [];
    const inputs = Machine.safeParse(change.declaration.inputs);
    return inputs.success ? [inputs.data] : [];
  });
  if (machines.length === 0) return [];
  const architectures = [...new Set(machines.map(({ architecture }) => architecture))];
  const engines = await Promise.all(architectures.map((architecture) => lookAtQemu(session, architecture)));
  return [...engines.flat(), await lookAtMemory(session, machines), await lookAtDisk(session, machines)];
}

async function lookAtQemu(
  session: LocalSession,
  architecture: Machine['architecture'],
): Promise<readonly PreflightFinding[]> {
  try {
    const { title } = await session.qemuFor(architecture);
    const { name, factor } = await session.acceleratorFor(architecture);
    const good: PreflightFinding = { check: 'qemu', verdict: 'good', what: `${title}, ${name}` };
    if (factor < SLOW_FACTOR) return [good];
    const what = `Machines are emulated (${name}): about ${Math.round(factor)} times as slow as with hardware virtualisation.`;
    const remedy =
      'Expect a minute or two until a machine says hello. Where the processor can virtualise, open /dev/kvm to yourself.';
    return [good, { check: 'accelerator', verdict: 'warning', what, remedy }];
  } catch (error) {
    if (!isProblem(error)) throw error;
    return [{ check: 'qemu', verdict: 'bad', what: error.detail, remedy: error.remedy }];
  }
}

async function lookAtMemory({ world }: LocalSession, machines: readonly Machine[]): Promise<PreflightFinding> {
  const needed = machines.reduce((sum, { memoryMiB }) => sum + memoryMiB + OVERHEAD_MIB, SPARE_MIB);
  const free = Math.round(await world.host.availableMemoryMiB());
  const what = `${machines.length} machines need ${needed} MiB of memory; ${free} MiB are free.`;
  if (needed <= free) return { check: 'memory', verdict: 'good', what };
  return {
    check: 'memory',
    verdict: 'bad',
    what,
    remedy: 'Close something large, or choose fewer or smaller machines: nodes: { worker: { machine: tiny } }.',
  };
}

async function lookAtDisk({ world, places }: LocalSession, machines: readonly Machine[]): Promise<PreflightFinding> {
  const needed = machines.length * WRITTEN_BYTES;
  const free = await world.disk.free(places.clusters);
  const inMiB = (bytes: number): number => Math.round(bytes / MIB);
  const what = `${machines.length} machines write about ${inMiB(needed)} MiB; ${inMiB(free)} MiB are free where they are kept (${places.clusters}).`;
  if (needed <= free) return { check: 'disk', verdict: 'good', what };
  return { check: 'disk', verdict: 'bad', what, remedy: 'Make room there, or point XDG_DATA_HOME to a larger disk.' };
}
