import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DigestAlgorithm } from '#std/disk.ts';
import type { DownloadRequest, Downloads } from '#std/downloads.ts';
import { SystemDisk } from '#std/system-disk.ts';
import { SystemDownloads } from '#std/system-downloads.ts';
import { SystemFiles } from '#std/system-files.ts';
import { SystemProcesses } from '#std/system-process.ts';
import { SystemRandom } from '#std/system-random.ts';
import { ImageCache } from '#providers/local/image/image-cache.ts';
import { type ImageEvent, ImageStore } from '#providers/local/image/image-store.ts';
import type { Workers } from '#std/drafts.ts';
import { EagerClock } from './eager-clock.ts';
import { FileServer } from './file-server.ts';

export const FOREVER = new AbortController().signal;
const CLUSTER_BYTES = 65_536;

/** A cache in a directory of its own, and a web server in the place of all others. */
export class ImageStand implements AsyncDisposable {
  readonly clock = new EagerClock();
  readonly events: ImageEvent[] = [];
  readonly server: FileServer;
  readonly root: string;

  private constructor(root: string, server: FileServer) {
    this.root = root;
    this.server = server;
  }

  static async open(): Promise<ImageStand> {
    return new ImageStand(await mkdtemp(join(tmpdir(), 'bootstrap-images-')), await FileServer.open());
  }

  get images(): string {
    return join(this.root, 'images');
  }

  get ground() {
    return {
      clock: this.clock,
      random: new SystemRandom(),
      files: new SystemFiles(),
      disk: new SystemDisk(),
      downloads: new Detour(this.server),
    };
  }

  /** As one process sees it. */
  cache(workers: Workers = new SystemProcesses()): ImageCache {
    return new ImageCache(this.ground, { images: this.images }, workers);
  }

  store(workers: Workers = new SystemProcesses()): ImageStore {
    const { downloads, ...world } = this.ground;
    const tell = (event: ImageEvent): void => void this.events.push(event);
    return new ImageStore({ world, places: { images: this.images }, downloads, workers, tell });
  }

  async write(name: string, bytes: Uint8Array | string): Promise<string> {
    const path = join(this.root, name);
    await writeFile(path, bytes);
    return path;
  }

  /** Everything below the cache but what tells of use. */
  async tree(): Promise<readonly string[]> {
    const entries = await readdir(this.images, { recursive: true }).catch(() => []);
    return entries.filter((name) => !name.endsWith('last-use')).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Leads every name of the outside to one server, under the path `/host/…`; all else of a request stays as it is. */
class Detour implements Downloads {
  readonly #server: FileServer;
  readonly #downloads = new SystemDownloads({});

  constructor(server: FileServer) {
    this.#server = server;
  }

  get(request: DownloadRequest) {
    const { url } = request;
    const isOutside = url.hostname !== '127.0.0.1';
    return this.#downloads.get(
      isOutside ? { ...request, url: this.#server.urlOf(`/${url.host}${url.pathname}`) } : request,
    );
  }
}

export function digestOf(bytes: Uint8Array | string, algorithm: DigestAlgorithm = 'sha256'): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

interface Qcow2 {
  readonly version?: number;
  readonly backingFile?: boolean;
  readonly encryption?: number;
  readonly features?: bigint;
  readonly virtualBytes?: bigint;
  readonly l1Entries?: number;
  readonly clusterBits?: number;
}

/** A whole qcow2 file of few clusters; what is in it differs by `salt`. */
export function qcow2(salt = 'disk', header: Qcow2 = {}): Uint8Array {
  const {
    version = 3,
    encryption = 0,
    features = 0n,
    virtualBytes = 1n << 30n,
    l1Entries = 2,
    clusterBits = 16,
  } = header;
  const bytes = Buffer.alloc(4 * CLUSTER_BYTES);
  bytes.write('QFI\u00fb', 'latin1');
  bytes.writeUInt32BE(version, 4);
  bytes.writeBigUInt64BE(header.backingFile === true ? 512n : 0n, 8);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(virtualBytes, 24);
  bytes.writeUInt32BE(encryption, 32);
  bytes.writeUInt32BE(l1Entries, 36);
  bytes.writeBigUInt64BE(BigInt(3 * CLUSTER_BYTES), 40);
  bytes.writeBigUInt64BE(features, 72);
  bytes.writeUInt32BE(104, 100);
  bytes.write(salt, CLUSTER_BYTES);
  return bytes;
}

/** A raw disk that firmware would start. */
export function rawDisk(salt = 'disk', sectors = 64): Uint8Array {
  const bytes = Buffer.alloc(512 * sectors);
  bytes.write(salt);
  bytes.writeUInt16BE(0x55_aa, 510);
  return bytes;
}
