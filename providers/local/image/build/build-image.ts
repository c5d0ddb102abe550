import { join } from 'node:path';
import { problem } from '#engine/problem.ts';
import { diskFileOf, FORM_FILE, type ImageForm } from '../image-form.ts';
import { roomFor } from '../image-room.ts';
import { ROOT_OF_PARTITIONED } from '../import-file.ts';
import { type Archives, chooseArchives } from './archives.ts';
import { diskHead, kernelWords, LOADER_FILES, PARTITION_OFFSET_BYTES } from './boot-loader.ts';
import { checkBuilder } from './builder.ts';
import type { BuilderWorld, ImageOrder } from './image-order.ts';
import { initialFiles } from './initial-files.ts';
import { installTree } from './install-tree.ts';
import { beginDisk, type DiskSite, diskSignature, makeDisk, unpackTree } from './make-disk.ts';
import { installedPackages, isPackage } from './packages.ts';
import { openWorkshop, type Workshop, workPlace } from './workshop.ts';

const MIB = 1_048_576;
/** Packages, what comes out of them twice, and the disk; more when much is baked in. */
const WORK_BYTES = 3072 * MIB;
const [KERNEL, INITRD] = ['vmlinuz', 'initrd.img'];

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
  await bootableDisk(world, order, { builder, workshop, tar }, signal);
  return await bringHome(world, order, { workshop, archives }, signal);
}

/** The disk has its kernel and a boot loader in it, whether or not the machines of this workstation ask it for them. */
async function bootableDisk(
  { disk, files }: BuilderWorld,
  order: ImageOrder,
  { tar, ...site }: DiskSite & { readonly tar: string },
  signal: AbortSignal,
): Promise<void> {
  const { inner, own } = site.workshop;
  const [initrd, head] = [join(own, INITRD), join(own, 'head')];
  await unpackTree(site, tar, signal);
  const tree = join(inner, 'tree');
  /** For the root of the name space, too. */
  const give = async (path: string, bytes: Uint8Array): Promise<void> => {
    await disk.write(path, bytes);
    await site.builder.run('chmod', ['0644', path], { signal });
  };
  await give(initrd, await initialFiles({ files, disk }, tree));
  await makeDisk(site, order, initrd, signal);
  const loader =
    (await disk.size(join(tree, LOADER_FILES.core))) === undefined
      ? undefined
      : {
          first: await disk.readBytes(join(tree, LOADER_FILES.first)),
          core: await disk.readBytes(join(tree, LOADER_FILES.core)),
        };
  const partitionBytes = ((await disk.size(join(inner, 'disk.raw'))) ?? 0) - PARTITION_OFFSET_BYTES;
  await give(head, diskHead({ loader, signature: diskSignature(order), partitionBytes }));
  await beginDisk(site, head, signal);
}

interface Made {
  readonly workshop: Workshop;
  readonly archives: Archives;
}

async function bringHome(
  world: BuilderWorld,
  { system, architecture, target, hear }: ImageOrder,
  { workshop: { inner, own }, archives }: Made,
  signal: AbortSignal,
): Promise<ImageForm> {
  const { disk, files } = world;
  const tree = join(inner, 'tree');
  const place = join(target, diskFileOf({ diskFormat: 'raw' }));
  await files.makeDirectory(target);
  await roomFor(disk, { path: target, bytes: (await disk.size(join(inner, 'disk.raw'))) ?? 0, what: 'The image' });
  await disk.copy(join(inner, 'disk.raw'), place);
  await disk.copy(join(inner, KERNEL), join(target, KERNEL));
  await disk.copy(join(own, INITRD), join(target, INITRD));
  hear('computing its digest');
  const form: ImageForm = {
    format: 1,
    digest: await disk.digest(place, 'sha256', signal),
    system,
    architecture,
    diskFormat: 'raw',
    rootDevice: ROOT_OF_PARTITIONED,
    boot: { kernel: KERNEL, initrd: INITRD, append: kernelWords(architecture) },
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
