import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cephConf } from './ceph-conf.ts';
import { debianPackages, type UnpackedPackages } from './debian-packages.ts';

const run = promisify(execFile);
const NAMES = ['radosgw', 'ceph-mon', 'ceph-osd'];
const START_MS = 60_000;
const LOOK_MS = 50;
const LINES_KEPT = 15;
const GATEWAY = ['-c', 'ceph.conf', '-n', 'client.rgw'];
/** Of the language of policies. */
const Version = '2012-10-17';
const CREDENTIALS = { accessKeyId: 'judgeaccess', secretAccessKey: 'judge-secret-of-nobody' };

/** Runs its arguments until its own input ends: a daemon never outlives the test that started it, however that ends. */
const KEEPER = 'trap "" TERM INT HUP; "$@" & child=$!; read -r nothing; kill -9 "$child"; wait "$child"';

/** The releases of Debian whose Ceph these tests run. */
export type CephSuite = 'trixie' | 'forky';

/** Fetches its packages, before anything is timed. */
export function cephPackages(suite: CephSuite): Promise<UnpackedPackages> {
  return debianPackages({ suite, names: NAMES });
}

/** The S3 of a Ceph cluster of its own, on loopback. */
export async function startRadosgw(suite: CephSuite): Promise<RadosGateway> {
  const packages = await cephPackages(suite);
  const folder = await mkdtemp(join(tmpdir(), 'bootstrap-ceph-'));
  const cluster = new CephCluster(packages, folder);
  try {
    return await cluster.start();
  } catch (error) {
    const said = await cluster.lastWords();
    await cluster[Symbol.asyncDispose]();
    throw new Error(`Ceph of Debian ${suite} did not start: ${String(error)}\n${said}`, { cause: error });
  }
}

export class RadosGateway implements AsyncDisposable {
  readonly endpoint: string;
  readonly version: string;
  /** How long it took from nothing to its first answer. */
  readonly startMs: number;
  readonly #cluster: CephCluster;

  constructor(cluster: CephCluster, started: { endpoint: string; version: string; startMs: number }) {
    this.#cluster = cluster;
    this.endpoint = started.endpoint;
    this.version = started.version;
    this.startMs = started.startMs;
  }

  /** For clients in this process: `new S3Client(gateway.clientConfig)`. Its buckets are paths, not names of hosts. */
  get clientConfig() {
    const { endpoint } = this;
    return { endpoint, region: 'us-east-1', credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 };
  }

  /** A role that its user may assume, and what that may do. Returns how STS calls it. */
  async makeRole(name: string, policy: object): Promise<string> {
    const trust = { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam:::user/judge'] }, Action: ['sts:AssumeRole'] };
    const words = [
      `--role-name=${name}`,
      `--assume-role-policy-doc=${JSON.stringify({ Version, Statement: [trust] })}`,
    ];
    await this.#cluster.administer('role', 'create', ...words);
    const document = JSON.stringify({ Version, ...policy });
    await this.#cluster.administer(
      'role-policy',
      'put',
      words[0] ?? '',
      '--policy-name=own',
      `--policy-doc=${document}`,
    );
    return `arn:aws:iam:::role/${name}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cluster[Symbol.asyncDispose]();
  }
}

class CephCluster implements AsyncDisposable {
  readonly #packages: UnpackedPackages;
  readonly #folder: string;
  readonly #daemons: ChildProcess[] = [];

  constructor(packages: UnpackedPackages, folder: string) {
    this.#packages = packages;
    this.#folder = folder;
  }

  async start(): Promise<RadosGateway> {
    const startedMs = performance.now();
    const [monitorPort, gatewayPort] = [await freePort(), await freePort()];
    const fsid = randomUUID();
    const { libraries } = this.#packages;
    await Promise.all(['mon', 'osd'].map((name) => mkdir(this.#path(name))));
    await writeFile(
      this.#path('ceph.conf'),
      cephConf({ folder: this.#folder, fsid, monitorPort, gatewayPort, libraries }),
    );
    await this.#makeKeys();
    await this.#run('monmaptool', '--create', '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, '--fsid', fsid, 'monmap');
    await this.#run('osdmaptool', '-c', 'ceph.conf', '--createsimple', '1', 'osdmap');
    const mon = ['-c', 'ceph.conf', '-i', 'a'];
    const maps = ['--monmap', 'monmap', '--osdmap', 'osdmap', '--keyring', 'keyring'];
    await this.#run('ceph-mon', ...mon, '--mkfs', ...maps);
    await this.#daemon('ceph-mon', ...mon);
    const osd = ['-c', 'ceph.conf', '-i', '0'];
    await this.#run('ceph-osd', ...osd, '--mkfs', '--osd-uuid', randomUUID());
    await this.#daemon('ceph-osd', ...osd);
    await this.#daemon('radosgw', ...GATEWAY);
    const endpoint = `http://127.0.0.1:${gatewayPort}`;
    await answering(endpoint);
    const keys = ['--access-key', CREDENTIALS.accessKeyId, '--secret-key', CREDENTIALS.secretAccessKey];
    await this.administer('user', 'create', '--uid', 'judge', '--display-name', 'judge', ...keys);
    const said = await this.#run('radosgw', '--version');
    const version = /version (\d+(?:\.\d+)+)/.exec(said)?.[1] ?? said;
    return new RadosGateway(this, { endpoint, version, startMs: performance.now() - startedMs });
  }

  administer(...words: readonly string[]): Promise<string> {
    return this.#run('radosgw-admin', ...GATEWAY, ...words);
  }

  /** The ends of its logs. */
  async lastWords(): Promise<string> {
    const names = (await readdir(this.#folder)).filter((name) => /\.(?:log|out)$/.test(name));
    const texts = names.map(async (name) => {
      const lines = (await readFile(this.#path(name), 'utf8')).trimEnd().split('\n');
      return [`── ${name}`, ...lines.slice(-LINES_KEPT)].join('\n');
    });
    return (await Promise.all(texts)).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#daemons.toReversed().map(async (daemon) => {
        const isGone = daemon.exitCode !== null || daemon.signalCode !== null;
        const gone = isGone ? undefined : once(daemon, 'exit');
        daemon.stdin?.end();
        await gone;
      }),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeKeys(): Promise<void> {
    const key = (name: string, ...caps: readonly string[]) =>
      this.#run('ceph-authtool', 'keyring', '--gen-key', '-n', name, ...caps);
    await this.#run(
      'ceph-authtool',
      '--create-keyring',
      'keyring',
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    );
    await key('osd.0', '--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *');
    await key('client.rgw', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  async #run(program: string, ...args: readonly string[]): Promise<string> {
    const [loader, ...rest] = this.#packages.command(program);
    const { stdout } = await run(loader, [...rest, ...args], { cwd: this.#folder, timeout: START_MS });
    return stdout.trim();
  }

  async #daemon(program: string, ...args: readonly string[]): Promise<void> {
    const log = await open(this.#path(`${program}.out`), 'a');
    const command = ['-c', KEEPER, 'sh', ...this.#packages.command(program), ...args, '-f'];
    this.#daemons.push(spawn('sh', command, { cwd: this.#folder, stdio: ['pipe', log.fd, log.fd] }));
    await log.close();
  }
}

async function answering(endpoint: string): Promise<void> {
  const untilMs = performance.now() + START_MS;
  for (;;) {
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer?.ok === true) return;
    if (performance.now() > untilMs) throw new Error(`no answer at ${endpoint} within ${START_MS} ms`);
    await sleep(LOOK_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('A listening server has a port.');
  return address.port;
}
