import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { diskFileOf, FORM_FILE, type ImageForm } from '../image-form.ts';
import { roomFor } from '../image-room.ts';
import { type Archives, chooseArchives } from './archives.ts';
import { checkBuilder } from './builder.ts';
import type { BuildArchitecture, BuilderWorld, ImageOrder } from './image-order.ts';
import { initialFiles } from './initial-files.ts';
import { installTree } from './install-tree.ts';
import { makeDisk } from './make-disk.ts';
import { installedPackages, isPackage } from './packages.ts';
import { openWorkshop, type Workshop, workPlace } from './workshop.ts';

const MIB = 1_048_576;
/** Packages, what comes out of them twice, and the disk; more when much is baked in. */
const WORK_BYTES = 3072 * MIB;
const [KERNEL, INITRD] = ['vmlinuz', 'initrd.img'];
const CONSOLES: Readonly<Record<BuildArchitecture, string>> = { amd64: 'ttyS0', arm64: 'ttyAMA0' };

/**
 * Makes a disk image of a system from its packages alone, without root. The same packages are the same image, bit by bit.
 * What it leaves in `target` is an image of the cache: the disk, its kernel, and `image.json`.
 */
export async function buildImage(world: BuilderWorld, order: ImageOrder, signal: AbortSignal): Promise<ImageForm> {
  checkPackages(order.packages);
  const builder = await checkBuilder(world, order, signal);
  const archives = await chooseArchives(world, order.mirror, signal);
  await roomFor(world.disk, { path: workPlace(world), bytes: WORK_BYTES, what: 'Building an image' });
  await using workshop = await openWorkshop(world, builder, signal);
  order.hear(`${order.system} from ${archives.main}`);
  const tar = await installTree({ builder, workshop, archives }, order, signal);
  order.hear('making the disk');
  await makeDisk({ builder, workshop }, order, tar, signal);
  return await bringHome(world, order, { workshop, archives }, signal);
}

interface Made {
  readonly workshop: Workshop;
  readonly archives: Archives;
}

async function bringHome(
  world: BuilderWorld,
  { system, architecture, target, hear }: ImageOrder,
  { workshop: { inner }, archives }: Made,
  signal: AbortSignal,
): Promise<ImageForm> {
  const { disk, files } = world;
  const tree = join(inner, 'tree');
  const place = join(target, diskFileOf({ diskFormat: 'raw' }));
  await files.makeDirectory(target);
  await roomFor(disk, { path: target, bytes: (await disk.size(join(inner, 'disk.raw'))) ?? 0, what: 'The image' });
  await disk.copy(join(inner, 'disk.raw'), place);
  await disk.copy(join(inner, KERNEL), join(target, KERNEL));
  await disk.write(join(target, INITRD), await initialFiles(world, tree));
  hear('computing its digest');
  const rootDevice = '/dev/vda';
  const form: ImageForm = {
    format: 1,
    digest: await disk.digest(place, 'sha256', signal),
    system,
    architecture,
    diskFormat: 'raw',
    rootDevice,
    boot: { kernel: KERNEL, initrd: INITRD, append: `root=${rootDevice} rw console=${CONSOLES[architecture]}` },
    origin: { from: 'build', archives: [archives.main, archives.security] },
    packages: installedPackages(await files.read(join(tree, 'var/lib/dpkg/status'))),
  };
  await disk.write(join(target, FORM_FILE), new TextEncoder().encode(`${JSON.stringify(form, undefined, 2)}\n`));
  return form;
}

function checkPackages(packages: readonly string[]): void {
  const wrong = packages.filter((name) => !isPackage(name));
  if (wrong.length === 0) return;
  throw problem('local.build-failed', {
    detail: `No Debian package is called ${wrong.map((name) => `"${name}"`).join(', ')}.`,
  });
}
