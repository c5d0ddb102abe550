import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { shellVariables } from '#cloud-init/shell-variables.ts';
import { InstanceMetadata } from './instance-metadata.ts';
import { type Identity, MoodyBucket } from './moody-bucket.ts';

const PROGRAMS = fileURLToPath(new URL('../../../cloud-init', import.meta.url));
const LOOK_MS = 20;
const HOUR_MS = 3_600_000;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Question {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The door of a machine, run as a process before a bucket, and what the machine hears of itself. */
export class DoorStand implements AsyncDisposable {
  readonly bucket: MoodyBucket;
  readonly imds: InstanceMetadata;
  readonly socket: string;
  readonly #root: string;
  #door: ChildProcess | undefined;

  private constructor(root: string, bucket: MoodyBucket, imds: InstanceMetadata) {
    this.#root = root;
    this.bucket = bucket;
    this.imds = imds;
    this.socket = join(root, 'run/bootstrap/mailbox.sock');
  }

  static async open(identity?: Identity): Promise<DoorStand> {
    const root = await mkdtemp(join(tmpdir(), 'bootstrap-door-'));
    const stand = new DoorStand(root, await MoodyBucket.open(identity), await InstanceMetadata.open('i-1'));
    await writeFile(join(root, 'trusted.pem'), identity?.cert ?? '');
    stand.giveKeys(HOUR_MS);
    const settings = { BUCKET: `${stand.bucket.endpoint}/blog`, BUCKET_REGION: 'eu-west-3', IMDS: stand.imds.url };
    await mkdir(join(root, 'etc/bootstrap'), { recursive: true });
    await writeFile(join(root, 'etc/bootstrap/settings'), shellVariables(settings));
    await copyFile(join(PROGRAMS, 'bucket.py'), join(root, 'etc/bootstrap/bucket.py'));
    await stand.start();
    return stand;
  }

  /** Each time others, which end after so long. */
  giveKeys(lifeMs: number): void {
    this.imds.keys = async () => ({
      AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      SecretAccessKey: 'of nobody',
      Token: `token-${this.imds.keysGiven}`,
      Expiration: `${new Date(Date.now() + lifeMs).toISOString().slice(0, 19)}Z`,
    });
  }

  async start(): Promise<void> {
    const output = join(this.#root, 'door.log');
    const command = `exec sh '${join(PROGRAMS, 'node/mailbox-door.sh')}' >>'${output}' 2>&1`;
    const trusted = join(this.#root, 'trusted.pem');
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', BOOTSTRAP_ROOT: this.#root, SSL_CERT_FILE: trusted };
    this.#door = spawn('sh', ['-c', command], { env, stdio: 'ignore' });
    while (!(await this.#isOpen())) await sleep(LOOK_MS);
  }

  trust({ cert }: Identity): Promise<void> {
    return writeFile(join(this.#root, 'trusted.pem'), cert);
  }

  /** At once, as when the memory is short. */
  async kill(): Promise<void> {
    const door = this.#door;
    if (door === undefined || door.exitCode !== null) return;
    door.kill('SIGKILL');
    await once(door, 'exit');
  }

  async ask(method: string, path: string, { headers = {}, body = '' }: Question = {}): Promise<Answer> {
    const length = method === 'PUT' ? { 'Content-Length': String(Buffer.byteLength(body)) } : {};
    const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const asked = request({ socketPath: this.socket, method, path, headers: { ...length, ...headers } });
    asked.on('response', resolve).on('error', reject).end(body);
    const response = await answered;
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }

  /** Of a letter of this machine in the bucket. */
  letter(name: string): string {
    return `/blog/${this.imds.box}/${name}`;
  }

  log(): Promise<string> {
    return readFile(join(this.#root, 'door.log'), 'utf8');
  }

  async #isOpen(): Promise<boolean> {
    const isThere = (await stat(this.socket).catch(() => undefined)) !== undefined;
    return isThere && (await this.ask('GET', '/').catch(() => undefined)) !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.bucket[Symbol.asyncDispose]();
    await this.imds[Symbol.asyncDispose]();
    await rm(this.#root, { recursive: true, force: true });
  }
}
