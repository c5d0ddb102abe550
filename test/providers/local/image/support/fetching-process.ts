import { ImageStore } from '#providers/local/image/image-store.ts';
import { SystemClock } from '#std/system-clock.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemDownloads } from '#std/system-downloads.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';

/** Fetches one image into a cache, as a process of its own: `fetching-process.ts CACHE IMAGE`. */
const [images = '', id = ''] = process.argv.slice(2);
const store = new ImageStore({
  world: { clock: new SystemClock(), random: new SystemRandom(), files: new SystemFiles(), disk: new SystemDisk() },
  places: { images },
  downloads: new SystemDownloads({}),
  workers: new SystemProcesses(),
  tell: () => undefined,
});
const choice = { system: 'debian-13', architecture: 'amd64', id } as const;
const entry = await store.ensure(choice, new AbortController().signal);
process.stdout.write(entry.id);
