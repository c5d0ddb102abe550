import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DEBIAN_IMAGES, type MotoImage } from './moto-images.ts';
import { pythonWith } from './python-room.ts';

const REQUIREMENTS = fileURLToPath(new URL('moto-requirements.txt', import.meta.url));
const START_MS = 60_000;
const LINES_KEPT = 40;
const CREDENTIALS = { accessKeyId: 'AKIAEMULATEDEXAMPLE1', secretAccessKey: 'emulated-secret-of-nobody' };

/** Ends when its standard input does: an emulator never outlives the test that started it, however that ends. */
const PROGRAM = `
import os, sys, threading
def leave():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=leave, daemon=True).start()
from moto import server
if 'ONE_REQUEST_AT_A_TIME' in os.environ:
    serve = server.run_simple
    server.run_simple = lambda *args, **options: serve(*args, **{**options, 'threaded': False})
server.main(sys.argv[1:])
`;

export interface MotoOptions {
  /** What DescribeImages finds. @default Debian 12 and 13 as their maker publishes them */
  readonly images?: readonly MotoImage[];
  /** Another set of packages, such as another version of moto. @default moto-requirements.txt */
  readonly requirements?: string;
  /**
   * Settings of moto itself, by its environment variables; and ONE_REQUEST_AT_A_TIME: its threads look first and write
   * then, so that of two conditional writes at once both may succeed.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An AWS account that somebody else has emulated, on loopback, over real HTTP. */
export class MotoServer implements AsyncDisposable {
  readonly endpoint: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, endpoint: string) {
    this.#child = child;
    this.#folder = folder;
    this.endpoint = endpoint;
  }

  static async start({ images, requirements, settings }: Required<MotoOptions>): Promise<MotoServer> {
    const python = await pythonWith(requirements);
    const folder = await mkdtemp(join(tmpdir(), 'bootstrap-moto-'));
    const imagesPath = join(folder, 'images.json');
    await writeFile(imagesPath, JSON.stringify(images));
    const child = spawn(python, ['-c', PROGRAM, '-H', '127.0.0.1', '-p', '0'], {
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: folder, MOTO_AMIS_PATH: imagesPath, ...settings },
    });
    try {
      return new MotoServer(child, folder, await listening(child));
    } catch (error) {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** For a program that finds its account as the SDK does. */
  get environment(): Readonly<Record<string, string>> {
    return environmentFor(this.endpoint);
  }

  /** For clients in this process: `new EC2Client(moto.clientConfig)`. */
  get clientConfig() {
    return { endpoint: this.endpoint, region: 'eu-west-3', credentials: CREDENTIALS, maxAttempts: 1 };
  }

  /** A new account with nothing in it but what every account has. */
  async reset(): Promise<void> {
    const answer = await fetch(`${this.endpoint}/moto-api/reset`, { method: 'POST' });
    if (!answer.ok) throw new Error(`moto did not start anew: ${answer.status} ${await answer.text()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    const isGone = exitCode !== null || signalCode !== null;
    const gone = isGone ? undefined : once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Starts one; several may run, each an account of its own. */
export function startMoto(options: MotoOptions = {}): Promise<MotoServer> {
  return MotoServer.start({ images: DEBIAN_IMAGES, requirements: REQUIREMENTS, settings: {}, ...options });
}

/** Makes sure that it is installed, and says which version: for `globalSetup`, before anything is timed. */
export async function installMoto(requirements = REQUIREMENTS): Promise<string> {
  return pythonWith(requirements);
}

export function environmentFor(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

/** Its address, as it says it itself when it listens; what it says later is read and forgotten. */
async function listening(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (why: string): void => reject(new Error(`moto ${why}:\n${lines.join('\n')}`));
  const deadline = setTimeout(() => fail(`did not listen within ${START_MS} ms`), START_MS);
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    lines.splice(0, lines.length - LINES_KEPT);
    for (const line of parts) {
      const [endpoint] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
      if (endpoint !== undefined && line.includes('Running on')) resolve(endpoint);
    }
  });
  child.on('error', reject).on('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  try {
    return z.url().parse(await promise);
  } finally {
    clearTimeout(deadline);
  }
}
