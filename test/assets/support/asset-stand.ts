import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetCache, type AssetEvent } from '#assets/asset-cache.ts';
import type { LockedAsset } from '#assets/asset-lock.ts';
import type { WantedAsset } from '#assets/asset-source.ts';
import type { Workers } from '#std/drafts.ts';
import { sha256Hex } from '#std/hash.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemDownloads } from '#std/system-downloads.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';
import { EagerClock } from '../../providers/local/image/support/eager-clock.ts';
import { FileServer } from '../../providers/local/image/support/file-server.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';

export const SIZE = 300_000;

/** A cache in a directory of its own, and a web server that has what is wanted. */
export class AssetStand implements AsyncDisposable {
  readonly clock = new EagerClock();
  readonly events: AssetEvent[] = [];
  readonly server: FileServer;
  readonly root: string;

  private constructor(root: string, server: FileServer) {
    this.root = root;
    this.server = server;
  }

  static async open(): Promise<AssetStand> {
    return new AssetStand(await mkdtemp(join(tmpdir(), 'bootstrap-assets-')), await FileServer.open());
  }

  get ground() {
    return {
      clock: this.clock,
      random: new SystemRandom(),
      files: new SystemFiles(),
      disk: new SystemDisk(),
      downloads: new SystemDownloads({}),
    };
  }

  get directory(): string {
    return join(this.root, 'cache');
  }

  /** As one process sees it. */
  cache(workers: Workers = new SystemProcesses()): AssetCache {
    const { ground, directory } = this;
    return new AssetCache({ ground, directory, workers, tell: (event) => void this.events.push(event) });
  }

  /** Published by the server. */
  publish(name: string, bytes: Uint8Array = bytesOf(name)): LockedAsset & WantedAsset {
    this.server.files.set(`/${name}`, { bytes, etag: `"${name}"` });
    const url = this.server.urlOf(`/${name}`).href;
    const sha256 = sha256Hex(bytes);
    return { name, version: '1.0', architecture: 'amd64', form: 'program', sha256, url, from: url };
  }

  async write(name: string, bytes: Uint8Array): Promise<string> {
    const path = join(this.root, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Everything in the cache. */
  tree(): Promise<readonly string[]> {
    return namesIn(this.directory);
  }

  /** How much has come of what is still coming. */
  async partBytes(): Promise<number> {
    const part = (await this.tree()).find((name) => name.endsWith('file.part'));
    return part === undefined ? 0 : ((await this.ground.disk.size(join(this.directory, part))) ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** The same for the same name. */
export function bytesOf(name: string): Uint8Array {
  return new SeededRandom(Number.parseInt(sha256Hex(name).slice(0, 8), 16)).bytes(SIZE);
}

export async function digestAt(path: string): Promise<string> {
  return sha256Hex(await readFile(path));
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(folder, { recursive: true }).catch(() => []);
  return names.toSorted();
}
