import { z } from 'zod';
import { CallError } from '#engine/call.ts';
import type { LocalWorld } from '../local-world.ts';
import { type InstalledQemu, lastLine } from './installed-qemu.ts';

const GIB = 2 ** 30;

export interface DiskForm {
  readonly path: string;
  readonly sizeGiB: number;
  /** What it begins as, without changing it; undefined: empty. */
  readonly over: { readonly disk: string; readonly diskFormat: 'qcow2' | 'raw' } | undefined;
}

type Ground = Pick<LocalWorld, 'programs' | 'disk'>;
type Tool = Pick<InstalledQemu, 'image'>;

/** A disk that takes no more room than what is written on it. One that is there already stays as it is. */
export async function makeDisk(
  world: Ground,
  qemu: Tool,
  { path, sizeGiB, over }: DiskForm,
  signal: AbortSignal,
): Promise<void> {
  if ((await world.disk.size(path)) !== undefined) return;
  if (over !== undefined) await checkFits(world, qemu, { over, sizeGiB }, signal);
  // Under another name until it is whole: what was begun by one that was killed is begun anew.
  const unfinished = `${path}.unfinished`;
  const base = over === undefined ? [] : ['-b', over.disk, '-F', over.diskFormat];
  const ways = ['create', '-q', '-f', 'qcow2', ...base, unfinished, `${sizeGiB}G`];
  await runTool(world, qemu, ways, signal);
  await world.disk.rename(unfinished, path);
}

const Info = z.object({ 'virtual-size': z.number() });

async function checkFits(
  world: Ground,
  qemu: Tool,
  { over, sizeGiB }: { readonly over: NonNullable<DiskForm['over']>; readonly sizeGiB: number },
  signal: AbortSignal,
): Promise<void> {
  const ways = ['info', '--output=json', '-f', over.diskFormat, over.disk];
  const { 'virtual-size': size } = Info.parse(JSON.parse(await runTool(world, qemu, ways, signal)));
  if (size <= sizeGiB * GIB) return;
  const message = `The image has a disk of ${Math.ceil(size / GIB)} GiB, which a disk of ${sizeGiB} GiB cannot hold.`;
  throw new CallError({ outcome: 'rejected', reason: 'invalid', message });
}

async function runTool(
  { programs }: Ground,
  { image }: Tool,
  ways: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await programs.run(image, ways, { signal });
  signal.throwIfAborted();
  if (code === 0) return stdout;
  throw new CallError({
    outcome: 'rejected',
    reason: 'invalid',
    message: lastLine(stderr) || `qemu-img ended with ${code}.`,
  });
}
