import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { DownloadAnswer, DownloadRequest, Downloads } from '#std/downloads.ts';
import { SystemDownloads } from '#std/system-downloads.ts';

const EDITION = '20250809-2201';
const PLACE = '/images/cloud/trixie/';
const DISK = `debian-13-genericcloud-amd64-${EDITION}.qcow2`;

/** Publishes a disk where and as the makers of Debian publish theirs: dated, and with a list of digests. */
export class ImageMaker implements Downloads, AsyncDisposable {
  readonly #server: Server;
  readonly #real = new SystemDownloads({});
  readonly #origin: string;

  private constructor(server: Server, origin: string) {
    this.#server = server;
    this.#origin = origin;
  }

  /** `disk`: a raw one. */
  static async open(room: string, disk: string): Promise<ImageMaker> {
    const published = join(room, DISK);
    await promisify(execFile)('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, published]);
    const digest = createHash('sha512');
    await pipeline(createReadStream(published), digest);
    const pages = new Map([
      [PLACE, `<a href="../">..</a> <a href="${EDITION}/">${EDITION}/</a> <a href="latest/">latest/</a>`],
      [`${PLACE}${EDITION}/SHA512SUMS`, `${digest.digest('hex')}  ${DISK}\n`],
    ]);
    const { size } = await stat(published);
    const server = createServer((request, response) => {
      const page = pages.get(request.url ?? '');
      if (page !== undefined) return response.end(page);
      if (request.url !== `${PLACE}${EDITION}/${DISK}`) return response.writeHead(404).end();
      response.writeHead(200, { 'content-length': size });
      createReadStream(published).pipe(response);
      return response;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The maker of images has no address.');
    return new ImageMaker(server, `http://127.0.0.1:${address.port}`);
  }

  /** Asks here what was to be asked there. */
  get(request: DownloadRequest): Promise<DownloadAnswer> {
    return this.#real.get({ ...request, url: new URL(request.url.pathname, this.#origin) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
