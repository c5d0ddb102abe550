import { stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { buildImage } from '#providers/local/image/build/build-image.ts';
import { ImageCache } from '#providers/local/image/image-cache.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { systemEnvironment } from '#std/system-environment.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemHostFacts } from '#std/system-host-facts.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemPrograms } from '#std/system-programs.ts';
import { SystemRandom } from '#std/system-random.ts';

/** Builds the image that machine tests start from into a cache, and prints the directory that it has there. */
const { values, positionals: packages } = parseArgs({
  allowPositionals: true,
  options: { images: { type: 'string' }, mirror: { type: 'string' } },
});
const { images = 'images', mirror } = values;

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));

const world = {
  clock: new SystemClock(),
  random: new SystemRandom(),
  environment: systemEnvironment(),
  files: new SystemFiles(),
  disk: new SystemDisk(),
  programs: new SystemPrograms(),
  host: new SystemHostFacts(),
};
const { architecture } = world.host;
if (architecture === 'other') throw new Error('There is no image for this kind of machine.');

const began = world.clock.monotonicMs();
const seconds = (): string => ((world.clock.monotonicMs() - began) / 1000).toFixed(1);
const cache = new ImageCache(world, { images }, new SystemProcesses());
const target = await cache.making.begin('build');
const hear = (line: string): void => void stderr.write(`${seconds().padStart(6)} s  ${line}\n`);
try {
  const order = { system: 'debian-13', architecture, packages, mirror, target, hear } as const;
  const { id, disk } = await cache.publish(target, await buildImage(world, order, stop.signal));
  hear(`done: ${id}`);
  stdout.write(`${disk.slice(0, disk.lastIndexOf('/'))}\n`);
} finally {
  await world.disk.removeTree(target);
}
