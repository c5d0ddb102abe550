import { join } from 'node:path';
import { unlessAbsent } from '../../acts.ts';
import type { Builder } from './builder.ts';
import type { BuilderWorld } from './image-order.ts';

const PREFIX = 'bootstrap-image-';
/** No build takes so long; what is older was left by one that was killed. */
const LEFT_AFTER_MS = 6 * 3_600_000;

/**
 * Where a build works: below no one's home, since the root of a name space is a stranger there. Two directories, for the
 * one cannot make anything in what is the other's, and both read all.
 */
export interface Workshop extends AsyncDisposable {
  /** Ours. */
  readonly own: string;
  /** Of the name space's root. */
  readonly inner: string;
}

export async function openWorkshop(world: BuilderWorld, builder: Builder, signal: AbortSignal): Promise<Workshop> {
  const place = workPlace(world);
  const make = `directory=$(mktemp --directory "$1/${PREFIX}XXXXXXXXXX") && chmod 0755 "$directory" && echo "$directory"`;
  const own = (await builder.run('sh', ['-c', make, 'sh', place], { signal })).trim();
  await clearLeft(world, builder, own);
  try {
    const inner = (await builder.runInside(make, [place], { signal })).trim();
    return {
      own,
      inner,
      async [Symbol.asyncDispose]() {
        await clear(world, builder, [own, inner]);
      },
    };
  } catch (error) {
    await clear(world, builder, [own]);
    throw error;
  }
}

export function workPlace({ environment }: Pick<BuilderWorld, 'environment'>): string {
  const chosen = environment.variables['TMPDIR'];
  // A build has no place in memory, where /tmp often is.
  return chosen === undefined || chosen === '' ? '/var/tmp' : chosen;
}

/** Each of us can remove only what is its own. Nothing that goes wrong with it is worth the build. */
async function clear({ programs }: BuilderWorld, builder: Builder, paths: readonly string[]): Promise<void> {
  await builder.runInside('for path; do rm -rf "$path"/* "$path"; done 2>/dev/null; true', paths).catch(() => {});
  await programs.run('rm', ['-rf', ...paths]).catch(() => {});
}

/** By the clock of the file system: `own` was made a moment ago. */
async function clearLeft(world: BuilderWorld, builder: Builder, own: string): Promise<void> {
  const { files } = world;
  const place = workPlace(world);
  const now = await files.modifiedMs(own);
  for (const { name, isDirectory } of await files.list(place)) {
    const path = join(place, name);
    if (!isDirectory || !name.startsWith(PREFIX)) continue;
    const made = await unlessAbsent(() => files.modifiedMs(path));
    if (made !== undefined && now - made > LEFT_AFTER_MS) await clear(world, builder, [path]);
  }
}
